-- table: commission.account_tier
-- grain: one row per account and tier
-- key:   account_no, tier_no
-- why:   the tiers in money, as written or in percent of the payee's own prorated quota, with the
--        commission of all tiers below; who has no quota pays one open tier at the plan's base rate.
--        Limits stand to the last decimal an amount has, so that "beyond" is decided exactly, and
--        what is paid at a position is kept as an intercept in whole numbers, which adds fast
with period as (
  select
    account.account_no,
    account.plan_id,
    account.plan_version,
    account.component_id,
    account.quota,
    component.rate_mode,
    component.rate_by,
    component.base_rate_pct,
    component.without_quota_rate_pct
  from commission.account as account
  inner join policy.commission_component as component
    on
      account.plan_id = component.plan_id
      and account.plan_version = component.plan_version
      and account.component_id = component.component_id
  where account.rate_kind = 'tiers'
),

tier as (
  select
    period.account_no,
    period.quota,
    period.rate_mode,
    period.base_rate_pct,
    coalesce(tier.tier_no, 0) as tier_no,
    coalesce(tier.tier_from, 0) as tier_from,
    tier.tier_to,
    coalesce(tier.rate_pct, period.without_quota_rate_pct) as rate_pct,
    tier.next_rate_pct,
    -- an amount exactly on the limit: amounts have four decimals, so a fifth decides
    case when tier.is_upper_from then cast(0.00001 as decimal(6, 5)) else 0 end as shift_from,
    case when tier.is_upper_to then cast(0.00001 as decimal(6, 5)) else 0 end as shift_to,
    case
      when tier.tier_no is null then cast(0 as decimal(30, 10))
      when period.rate_by = 'amount' then cast(tier.tier_from as decimal(30, 10))
      else
        cast(
          cast(period.quota as decimal(20, 4)) * cast(tier.tier_from as decimal(9, 4))
          * cast(0.01 as decimal(3, 2)) as decimal(30, 10)
        )
    end as amount_from,
    case
      when period.rate_by = 'amount' then cast(tier.tier_to as decimal(30, 10))
      else
        cast(
          cast(period.quota as decimal(20, 4)) * cast(tier.tier_to as decimal(9, 4))
          * cast(0.01 as decimal(3, 2)) as decimal(30, 10)
        )
    end as amount_to
  from period
  left join policy.commission_tier as tier
    on
      period.plan_id = tier.plan_id
      and period.plan_version = tier.plan_version
      -- tiers in percent of a quota that is not there are none
      and case when period.rate_by = 'amount' or period.quota is not null then period.component_id end
      = tier.component_id
),

paid as (
  select
    tier.*,
    coalesce(sum(
      cast(
        cast(tier.amount_to - tier.amount_from as decimal(22, 6)) * cast(tier.rate_pct as decimal(12, 4))
        * cast(0.01 as decimal(3, 2)) as decimal(30, 10)
      )
    ) over (
      partition by tier.account_no order by tier.tier_no
      rows between unbounded preceding and 1 preceding
    ), 0) as commission_before
  from tier
),

-- in whole numbers: what is paid at a position is the intercept plus the position times the rate
drawn as (
  select
    paid.*,
    cast(round(paid.commission_before * 100, 0) as bigint) as cents_from,
    cast(
      round(
        (
          paid.commission_before
          + cast(paid.amount_to - paid.amount_from as decimal(22, 6)) * cast(paid.rate_pct as decimal(12, 4))
          * cast(0.01 as decimal(3, 2))
        ) * 100, 0
      ) as bigint
    ) as cents_to,
    cast(
      round(
        (
          paid.commission_before
          - cast(paid.amount_from as decimal(22, 6)) * cast(paid.rate_pct as decimal(12, 4))
          * cast(0.01 as decimal(3, 2))
        ) * 10000000000, 0
      ) as hugeint
    ) as intercept
  from paid
),

split as (
  select
    drawn.*,
    -- the remainder is never below nothing, whichever way the engine cuts off a quotient
    (drawn.intercept - ((drawn.intercept % 100000000) + 100000000) % 100000000) // 100000000
      as whole_cents
  from drawn
)

select
  account_no,
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
  cast(commission_before as decimal(30, 10)) as commission_before,
  -- the first and the last tier reach beyond any position, so that a join needs no "or"
  case
    when tier_no <= 1 then cast(-99999999999999 as decimal(18, 4))
    else cast(floor(amount_from * 10000) * cast(0.0001 as decimal(4, 4)) as decimal(18, 4))
  end as limit_from,
  case
    when amount_to is null then cast(99999999999999 as decimal(18, 4))
    else cast(floor(amount_to * 10000) * cast(0.0001 as decimal(4, 4)) as decimal(18, 4))
  end as limit_to,
  case
    when tier_no <= 1 then cast(-99999999999999 as decimal(18, 4))
    else cast(floor((amount_from - shift_from) * 10000) * cast(0.0001 as decimal(4, 4)) as decimal(18, 4))
  end as reaches_from,
  case
    when amount_to is null then cast(99999999999999 as decimal(18, 4))
    else cast(floor((amount_to - shift_to) * 10000) * cast(0.0001 as decimal(4, 4)) as decimal(18, 4))
  end as reaches_to,
  cast(rate_pct * 10000 as bigint) as rate_units,
  cents_from,
  cents_to,
  -- whole cents, and the hundred-millionths of a cent beyond them
  cast(whole_cents as bigint) as intercept_cents,
  cast(intercept - whole_cents * 100000000 as bigint) as intercept_rest
from split
