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
    select distinct
      payee_id,
      plan_id,
      plan_version,
      quota_measure,
      quota_start
    from credit
  ) as credit_period
  inner join policy.commission_plan as plan
    on credit_period.plan_id = plan.plan_id and credit_period.plan_version = plan.plan_version
  inner join staging.quota as quota
    on
      quota.scope_kind = 'employee'
      and credit_period.payee_id = quota.scope_id
      and credit_period.quota_measure = quota.measure
      and credit_period.quota_start <= quota.period_start
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
    cast(
      cast(quota.quota as decimal(20, 4))
      * cast(tier.tier_from as decimal(9, 4))
      * cast(0.01 as decimal(3, 2)) as decimal(30, 10)
    )
      as amount_from,
    cast(
      cast(quota.quota as decimal(20, 4))
      * cast(tier.tier_to as decimal(9, 4))
      * cast(0.01 as decimal(3, 2)) as decimal(30, 10)
    )
      as amount_to
  from quota
  inner join policy.commission_tier as tier
    on quota.plan_id = tier.plan_id and quota.plan_version = tier.plan_version
),

tier_base as (
  select
    tier.*,
    -- an open tier ends beyond any position, so that the join needs no "or"
    coalesce(tier.amount_to, cast(99999999999999999 as decimal(30, 10))) as amount_before,
    coalesce(sum(
      cast(
        cast(tier.amount_to - tier.amount_from as decimal(24, 6))
        * cast(tier.rate_pct as decimal(9, 4))
        * cast(0.01 as decimal(3, 2)) as decimal(30, 10)
      )
    ) over (
      partition by tier.payee_id, tier.plan_id, tier.plan_version, tier.quota_start order by tier.tier_no
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
      credit.payee_id = quota.payee_id
      and credit.plan_id = quota.plan_id
      and credit.plan_version = quota.plan_version
      and credit.quota_start = quota.quota_start
  left join tier_base
    on
      credit.payee_id = tier_base.payee_id
      and credit.plan_id = tier_base.plan_id
      and credit.plan_version = tier_base.plan_version
      and credit.quota_start = tier_base.quota_start
      and credit.position_to > tier_base.amount_from
      and credit.position_to - credit.credit_amount < tier_base.amount_before
),

paid as (
  select
    slice.*,
    round(
      slice.commission_before
      + cast(slice.slice_to - slice.amount_from as decimal(24, 6))
      * cast(slice.rate_pct as decimal(9, 4))
      * cast(0.01 as decimal(3, 2)),
      2
    ) as commission_to,
    round(
      slice.commission_before
      + cast(slice.slice_from - slice.amount_from as decimal(24, 6))
      * cast(slice.rate_pct as decimal(9, 4))
      * cast(0.01 as decimal(3, 2)),
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
