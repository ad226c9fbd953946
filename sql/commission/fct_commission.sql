-- table: core.fct_commission
-- grain: one row per credit and tier slice it falls into
-- key:   line_id
-- why:   marginal tiers by attainment: each slice of the quota period's credit is paid at its own
--        rate. Amounts are rounded on the running total, so the lines of a payee add up to the
--        commission of the position they reached, to the cent
with credit as (
  select
    receipt_id,
    invoice_id,
    allocated_date,
    payee_id,
    split_pct,
    credit_amount,
    plan_id,
    plan_version,
    quota_measure,
    quota_start,
    month_start,
    without_quota_rate_pct,
    sum(credit_amount) over (
      partition by payee_id, plan_id, plan_version, quota_start
      order by allocated_date, receipt_id, invoice_id
      rows between unbounded preceding and current row
    ) as position_to,
    _load,
    _line
  from core.fct_credit
),

quota as (
  select
    credit_period.payee_id,
    credit_period.plan_id,
    credit_period.plan_version,
    credit_period.quota_start,
    sum(quota.amount) as quota
  from (
    select distinct payee_id, plan_id, plan_version, quota_measure, quota_start from credit
  ) as credit_period
  inner join policy.commission_plan as plan
    on plan.plan_id = credit_period.plan_id and plan.plan_version = credit_period.plan_version
  inner join staging.quota as quota
    on
      quota.scope_kind = 'employee'
      and quota.scope_id = credit_period.payee_id
      and quota.measure = credit_period.quota_measure
      and quota.period_start >= credit_period.quota_start
      and quota.period_start < case plan.quota_period
        when 'month' then credit_period.quota_start + interval 1 month
        when 'quarter' then credit_period.quota_start + interval 3 month
        else credit_period.quota_start + interval 12 month
      end
  group by
    credit_period.payee_id, credit_period.plan_id, credit_period.plan_version, credit_period.quota_start
  having sum(quota.amount) > 0
),

-- the tiers in money for each quota; without a quota one open tier at the plan's base rate
tier as (
  select
    quota.payee_id,
    quota.plan_id,
    quota.plan_version,
    quota.quota_start,
    tier.tier_no,
    tier.tier_from,
    tier.tier_to,
    tier.rate_pct,
    cast(cast(quota.quota as decimal(20, 4)) * cast(tier.tier_from as decimal(9, 4)) * cast(0.01 as decimal(3, 2)) as decimal(30, 10))
      as amount_from,
    cast(cast(quota.quota as decimal(20, 4)) * cast(tier.tier_to as decimal(9, 4)) * cast(0.01 as decimal(3, 2)) as decimal(30, 10))
      as amount_to
  from quota
  inner join policy.commission_tier as tier
    on tier.plan_id = quota.plan_id and tier.plan_version = quota.plan_version
),

tier_base as (
  select
    tier.*,
    -- an open tier ends beyond any position, so that the join needs no "or"
    coalesce(tier.amount_to, cast(99999999999999999 as decimal(30, 10))) as amount_before,
    coalesce(sum(
      cast(cast(amount_to - amount_from as decimal(24, 6)) * cast(rate_pct as decimal(9, 4)) * cast(0.01 as decimal(3, 2)) as decimal(30, 10))
    ) over (
      partition by payee_id, plan_id, plan_version, quota_start order by tier_no
      rows between unbounded preceding and 1 preceding
    ), 0) as commission_before
  from tier
),

slice as (
  select
    credit.*,
    quota.quota,
    coalesce(tier_base.tier_no, 0) as tier_no,
    coalesce(tier_base.tier_from, 0) as tier_from,
    tier_base.tier_to,
    coalesce(tier_base.rate_pct, credit.without_quota_rate_pct) as rate_pct,
    coalesce(tier_base.amount_from, 0) as amount_from,
    coalesce(tier_base.commission_before, 0) as commission_before,
    greatest(
      cast(credit.position_to - credit.credit_amount as decimal(30, 10)), coalesce(tier_base.amount_from, 0)
    ) as slice_from,
    least(
      cast(credit.position_to as decimal(30, 10)),
      coalesce(tier_base.amount_to, cast(credit.position_to as decimal(30, 10)))
    ) as slice_to
  from credit
  left join quota
    on
      quota.payee_id = credit.payee_id
      and quota.plan_id = credit.plan_id
      and quota.plan_version = credit.plan_version
      and quota.quota_start = credit.quota_start
  left join tier_base
    on
      tier_base.payee_id = credit.payee_id
      and tier_base.plan_id = credit.plan_id
      and tier_base.plan_version = credit.plan_version
      and tier_base.quota_start = credit.quota_start
      and credit.position_to > tier_base.amount_from
      and credit.position_to - credit.credit_amount < tier_base.amount_before
),

paid as (
  select
    slice.*,
    round(
      commission_before
      + cast(slice_to - amount_from as decimal(24, 6)) * cast(rate_pct as decimal(9, 4)) * cast(0.01 as decimal(3, 2)),
      2
    ) as commission_to,
    round(
      commission_before
      + cast(slice_from - amount_from as decimal(24, 6)) * cast(rate_pct as decimal(9, 4)) * cast(0.01 as decimal(3, 2)),
      2
    ) as commission_from
  from slice
)

select
  concat_ws(':', payee_id, receipt_id, invoice_id, cast(allocated_date as varchar), cast(tier_no as varchar))
    as line_id,
  payee_id,
  receipt_id as source_id,
  invoice_id,
  allocated_date as credit_date,
  strftime(month_start, '%Y-%m') as period,
  plan_id,
  plan_version,
  quota_start,
  cast(quota as decimal(18, 4)) as quota,
  split_pct,
  tier_no,
  tier_from,
  tier_to,
  rate_pct,
  cast(rate_pct * cast(0.01 as decimal(3, 2)) as decimal(12, 8)) as rate,
  cast(slice_to - slice_from as decimal(18, 4)) as credit_amount,
  cast(commission_to - commission_from as decimal(18, 4)) as amount,
  cast(slice_to as decimal(18, 4)) as position_to,
  _load,
  _line
from paid
where slice_to > slice_from
