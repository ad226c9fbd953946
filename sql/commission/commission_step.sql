-- table: core.commission_step
-- grain: one row per payee, plan component, quota period and tier
-- key:   payee_id, plan_id, plan_version, component_id, quota_start, tier_no
-- why:   the tiers in money, as written or in percent of the payee's own prorated quota, with the
--        commission of all tiers below; who has no quota pays one open tier at the plan's base rate
with period as (
  select distinct
    payee_id,
    plan_id,
    plan_version,
    component_id,
    quota_start,
    quota
  from core.commission_running
  where rate_kind = 'tiers'
),

tier as (
  select
    period.payee_id,
    period.plan_id,
    period.plan_version,
    period.component_id,
    period.quota_start,
    period.quota,
    component.rate_mode,
    component.base_rate_pct,
    tier.tier_no,
    tier.tier_from,
    tier.tier_to,
    tier.rate_pct,
    tier.next_rate_pct,
    -- an amount exactly on the limit: amounts have four decimals, so a fifth decides
    case when tier.is_upper_from then cast(0.00001 as decimal(6, 5)) else 0 end as shift_from,
    case when tier.is_upper_to then cast(0.00001 as decimal(6, 5)) else 0 end as shift_to,
    case
      when component.rate_by = 'amount' then cast(tier.tier_from as decimal(30, 10))
      else
        cast(
          cast(period.quota as decimal(20, 4)) * cast(tier.tier_from as decimal(9, 4))
          * cast(0.01 as decimal(3, 2)) as decimal(30, 10)
        )
    end as amount_from,
    case
      when component.rate_by = 'amount' then cast(tier.tier_to as decimal(30, 10))
      else
        cast(
          cast(period.quota as decimal(20, 4)) * cast(tier.tier_to as decimal(9, 4))
          * cast(0.01 as decimal(3, 2)) as decimal(30, 10)
        )
    end as amount_to
  from period
  inner join policy.commission_component as component
    on
      period.plan_id = component.plan_id
      and period.plan_version = component.plan_version
      and period.component_id = component.component_id
  inner join policy.commission_tier as tier
    on
      component.plan_id = tier.plan_id
      and component.plan_version = tier.plan_version
      and component.component_id = tier.component_id
  where component.rate_by = 'amount' or period.quota is not null
)

select
  payee_id,
  plan_id,
  plan_version,
  component_id,
  quota_start,
  quota,
  rate_mode,
  base_rate_pct,
  tier_no,
  tier_from,
  tier_to,
  rate_pct,
  next_rate_pct,
  amount_from,
  amount_to,
  -- the first and the last tier reach beyond any position, so that a join needs no "or"
  case
    when tier_no = 1 then cast(-99999999999999999 as decimal(30, 10))
    else amount_from - shift_from
  end as reaches_from,
  coalesce(amount_to - shift_to, cast(99999999999999999 as decimal(30, 10))) as reaches_to,
  coalesce(sum(
    cast(
      cast(amount_to - amount_from as decimal(22, 6)) * cast(rate_pct as decimal(12, 4))
      * cast(0.01 as decimal(3, 2)) as decimal(30, 10)
    )
  ) over (
    partition by payee_id, plan_id, plan_version, component_id, quota_start order by tier_no
    rows between unbounded preceding and 1 preceding
  ), 0) as commission_before
from tier
