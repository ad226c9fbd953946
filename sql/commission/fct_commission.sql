-- table: core.fct_commission
-- grain: one row per credit and tier slice it falls into
-- key:   line_id
-- why:   marginal tiers, by attainment or by amount: each slice of the quota period's credit is paid
--        at its own rate, and taken back at it when the money goes back. Amounts are rounded on the
--        running total, so the lines of a payee add up to the commission of the position they
--        reached, to the cent
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

credit_period as (
  select distinct
    credit.payee_id,
    credit.plan_id,
    credit.plan_version,
    credit.quota_measure,
    credit.quota_start,
    plan.quota_period,
    plan.rate_by
  from credit
  inner join policy.commission_plan as plan
    on credit.plan_id = plan.plan_id and credit.plan_version = plan.plan_version
),

quota as (
  select
    credit_period.payee_id,
    credit_period.plan_id,
    credit_period.plan_version,
    credit_period.quota_start,
    sum(quota.amount) as quota
  from credit_period
  inner join staging.quota as quota
    on
      quota.scope_kind = 'employee'
      and credit_period.payee_id = quota.scope_id
      and credit_period.quota_measure = quota.measure
      and credit_period.quota_start <= quota.period_start
      and quota.period_start < case credit_period.quota_period
        when 'month' then credit_period.quota_start + interval 1 month
        when 'quarter' then credit_period.quota_start + interval 3 month
        else credit_period.quota_start + interval 12 month
      end
  group by
    credit_period.payee_id, credit_period.plan_id, credit_period.plan_version, credit_period.quota_start
  having sum(quota.amount) > 0
),

-- the tiers in money: as written, or in percent of the quota; a plan by attainment has none for
-- who has no quota, and pays one open tier at its base rate
tier as (
  select
    credit_period.payee_id,
    credit_period.plan_id,
    credit_period.plan_version,
    credit_period.quota_start,
    tier.tier_no,
    tier.tier_from,
    tier.tier_to,
    tier.rate_pct,
    case
      when credit_period.rate_by = 'amount' then cast(tier.tier_from as decimal(30, 10))
      else
        cast(
          cast(quota.quota as decimal(20, 4)) * cast(tier.tier_from as decimal(9, 4))
          * cast(0.01 as decimal(3, 2)) as decimal(30, 10)
        )
    end as amount_from,
    case
      when credit_period.rate_by = 'amount' then cast(tier.tier_to as decimal(30, 10))
      else
        cast(
          cast(quota.quota as decimal(20, 4)) * cast(tier.tier_to as decimal(9, 4))
          * cast(0.01 as decimal(3, 2)) as decimal(30, 10)
        )
    end as amount_to
  from credit_period
  inner join policy.commission_tier as tier
    on credit_period.plan_id = tier.plan_id and credit_period.plan_version = tier.plan_version
  left join quota
    on
      credit_period.payee_id = quota.payee_id
      and credit_period.plan_id = quota.plan_id
      and credit_period.plan_version = quota.plan_version
      and credit_period.quota_start = quota.quota_start
  where credit_period.rate_by = 'amount' or quota.quota is not null
),

tier_base as (
  select
    tier.*,
    -- the first and the last tier reach beyond any position, so that the join needs no "or"
    case
      when tier.tier_no = 1 then cast(-99999999999999999 as decimal(30, 10))
      else tier.amount_from
    end as reaches_from,
    coalesce(tier.amount_to, cast(99999999999999999 as decimal(30, 10))) as reaches_to,
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

-- money that goes back is a way back over the same slices
way as (
  select
    credit.*,
    case when credit.credit_amount < 0 then -1 else 1 end as sign,
    cast(least(credit.position_to, credit.position_to - credit.credit_amount) as decimal(30, 10))
      as lower_end,
    cast(greatest(credit.position_to, credit.position_to - credit.credit_amount) as decimal(30, 10))
      as upper_end
  from credit
),

slice as (
  select
    way.*,
    quota.quota,
    coalesce(tier_base.tier_no, 0) as tier_no,
    coalesce(tier_base.tier_from, 0) as tier_from,
    tier_base.tier_to,
    coalesce(tier_base.rate_pct, way.without_quota_rate_pct) as rate_pct,
    coalesce(tier_base.amount_from, 0) as amount_from,
    coalesce(tier_base.commission_before, 0) as commission_before,
    greatest(way.lower_end, coalesce(tier_base.reaches_from, way.lower_end)) as slice_from,
    least(way.upper_end, coalesce(tier_base.reaches_to, way.upper_end)) as slice_to
  from way
  left join quota
    on
      way.payee_id = quota.payee_id
      and way.plan_id = quota.plan_id
      and way.plan_version = quota.plan_version
      and way.quota_start = quota.quota_start
  left join tier_base
    on
      way.payee_id = tier_base.payee_id
      and way.plan_id = tier_base.plan_id
      and way.plan_version = tier_base.plan_version
      and way.quota_start = tier_base.quota_start
      and way.upper_end > tier_base.reaches_from
      and way.lower_end < tier_base.reaches_to
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
  cast(sign * (slice_to - slice_from) as decimal(18, 4)) as credit_amount,
  cast(sign * (commission_to - commission_from) as decimal(18, 4)) as amount,
  cast(case when sign < 0 then slice_from else slice_to end as decimal(18, 4)) as position_to,
  _load,
  _line
from paid
where slice_to > slice_from
