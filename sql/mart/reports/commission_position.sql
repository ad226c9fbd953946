-- table: mart.commission_position
-- grain: one row per employee whose role has a commission plan with tiers at the end of a month, or on
--        the day of the report; the last thirteen months
-- key:   employee_id, period
-- why:   where a payee stands in the quota period: credit so far, tier reached, what the next tier
--        needs and would pay, and what the next 10,000 of credit would pay, in the mode of the plan,
--        before gates and caps. Credit of a component that counts units is a number of them
with tier as (
  select
    position.employee_id,
    position.period,
    position.credit,
    position.quota,
    position.rate_mode,
    position.base_rate_pct,
    position.is_of_units,
    tier.tier_no,
    tier.tier_from,
    tier.rate_pct,
    tier.next_rate_pct,
    tier.is_upper_from,
    case
      when position.rate_by = 'amount' then cast(tier.tier_from as decimal(30, 10))
      else
        cast(
          cast(position.quota as decimal(20, 4))
          * cast(tier.tier_from as decimal(9, 4))
          * cast(0.01 as decimal(3, 2)) as decimal(30, 10)
        )
    end as amount_from,
    case
      when position.rate_by = 'amount' then cast(tier.tier_to as decimal(30, 10))
      else
        cast(
          cast(position.quota as decimal(20, 4))
          * cast(tier.tier_to as decimal(9, 4))
          * cast(0.01 as decimal(3, 2)) as decimal(30, 10)
        )
    end as amount_to
  from commission.standing as position
  inner join policy.commission_tier as tier
    on
      position.plan_id = tier.plan_id
      and position.plan_version = tier.plan_version
      and position.component_id = tier.component_id
  where position.quota is not null or position.rate_by = 'amount'
),

-- the cent at which a tier is reached: a fraction of a cent below does not reach it, and neither does
-- exactly the limit where that belongs to the tier below and the tier pays for everything
limited as (
  select
    tier.*,
    tier.rate_mode in ('whole', 'hybrid') and not tier.is_upper_from as is_beyond,
    case
      when tier.rate_mode in ('whole', 'hybrid') and not tier.is_upper_from
        then floor(tier.amount_from * 100) + 1
      else ceil(tier.amount_from * 100)
    end * cast(0.01 as decimal(3, 2)) as begins_at
  from tier
),

-- beyond five leads is the sixth, not a hundredth of one
begun as (
  select
    limited.*,
    case
      when limited.is_of_units and limited.is_beyond then floor(limited.amount_from) + 1
      else limited.begins_at
    end as reached_with
  from limited
),

reached as (
  select
    employee_id,
    period,
    max(case when tier_no = 1 or begins_at <= credit then tier_no end) as tier_no,
    max(case when tier_no = 1 or begins_at <= credit then tier_from end) as tier_from,
    min(case when tier_no > 1 and begins_at > credit then tier_no end) as next_tier_no,
    min(case when tier_no > 1 and begins_at > credit then tier_from end) as next_tier_from,
    min(case when tier_no > 1 and begins_at > credit then reached_with end) as next_begins_at
  from begun
  group by employee_id, period
),

-- what the commission is looked at for: the credit there is, 10,000 more, and the next tier's first cent
point as (
  select
    employee_id,
    period,
    'now' as point,
    cast(credit as decimal(20, 4)) as credit
  from commission.standing
  union all
  select
    employee_id,
    period,
    'step' as point,
    cast(credit + 10000 as decimal(20, 4)) as credit
  from commission.standing
  where not is_of_units
  union all
  select
    employee_id,
    period,
    'next' as point,
    cast(next_begins_at as decimal(20, 4)) as credit
  from reached
  where next_begins_at is not null
),

at_point as (
  select
    point.employee_id,
    point.period,
    point.point,
    point.credit,
    begun.quota,
    begun.rate_mode,
    begun.base_rate_pct,
    begun.rate_pct,
    begun.next_rate_pct,
    begun.amount_from,
    begun.amount_to,
    row_number() over (
      partition by point.employee_id, point.period, point.point
      order by
        case when begun.tier_no = 1 or begun.begins_at <= point.credit then 0 else 1 end asc,
        begun.tier_no desc
    ) = 1 as is_tier_reached
  from point
  inner join begun on point.employee_id = begun.employee_id and point.period = begun.period
),

-- the rate of the tier reached; between two rates it runs on a straight line, as credits are paid
rated as (
  select
    at_point.*,
    case
      when at_point.rate_mode = 'interpolated' and at_point.amount_to is not null
        then
          cast(at_point.rate_pct as decimal(18, 8))
          + cast(
            cast(
              cast(round((at_point.next_rate_pct - at_point.rate_pct) * 10000, 0) as hugeint) * 10000
              * cast(round(greatest(at_point.credit - at_point.amount_from, 0) * 10000, 0) as hugeint)
              // cast(round((at_point.amount_to - at_point.amount_from) * 10000, 0) as hugeint)
              as decimal(20, 0)
            ) * cast(0.00000001 as decimal(9, 8)) as decimal(18, 8)
          )
      else cast(at_point.rate_pct as decimal(18, 8))
    end as reached_rate_pct
  from at_point
),

paid as (
  select
    employee_id,
    period,
    point,
    sum(
      cast(
        case
          when rate_mode = 'marginal'
            then
              cast(
                greatest(
                  least(
                    cast(credit as decimal(30, 10)), coalesce(amount_to, cast(credit as decimal(30, 10)))
                  ) - amount_from, 0
                ) as decimal(22, 6)
              ) * cast(rate_pct as decimal(12, 4)) * cast(0.01 as decimal(3, 2))
          when not is_tier_reached then 0
          when rate_mode = 'hybrid'
            then
              cast(least(credit, quota) as decimal(20, 4)) * cast(base_rate_pct as decimal(12, 4))
              * cast(0.01 as decimal(3, 2))
              + cast(greatest(credit - quota, 0) as decimal(20, 4)) * cast(rate_pct as decimal(12, 4))
              * cast(0.01 as decimal(3, 2))
          else
            cast(credit as decimal(20, 4)) * cast(reached_rate_pct as decimal(14, 8))
            * cast(0.01 as decimal(3, 2))
        end as decimal(30, 12)
      )
    ) as commission
  from rated
  group by employee_id, period, point
),

more as (
  select
    now.employee_id,
    now.period,
    max(case when later.point = 'step' then later.commission - now.commission end) as step_pays,
    max(case when later.point = 'next' then later.commission - now.commission end) as next_tier_pays
  from paid as now
  inner join paid as later on now.employee_id = later.employee_id and now.period = later.period
  where now.point = 'now'
  group by now.employee_id, now.period
)

select
  position.employee_id,
  position.period,
  position.plan_id,
  position.plan_version,
  position.component_id,
  position.quota_period,
  position.quota_start,
  cast(position.quota as decimal(18, 4)) as quota,
  cast(position.credit as decimal(18, 4)) as credit,
  cast(position.earned as decimal(18, 4)) as earned,
  cast(position.month_credit as decimal(18, 4)) as month_credit,
  cast(position.month_earned as decimal(18, 4)) as month_earned,
  cast(
    round(cast(position.credit as double) / cast(position.quota as double), 8) as decimal(18, 8)
  ) as attainment,
  reached.tier_no,
  reached.tier_from,
  coalesce(now.rate_pct, position.without_quota_rate_pct) as rate_pct,
  reached.next_tier_no,
  reached.next_tier_from,
  next.rate_pct as next_rate_pct,
  cast(reached.next_begins_at - position.credit as decimal(18, 4)) as to_next_tier,
  cast(round(more.next_tier_pays, 2) as decimal(18, 4)) as next_tier_pays,
  cast(round(
    coalesce(
      more.step_pays,
      case
        when position.rate_by = 'attainment' and not position.is_of_units
          then cast(100 as decimal(9, 4)) * position.without_quota_rate_pct
      end
    ), 2
  ) as decimal(18, 4)) as next_pays
from commission.standing as position
left join reached on position.employee_id = reached.employee_id and position.period = reached.period
left join more on position.employee_id = more.employee_id and position.period = more.period
left join policy.commission_tier as now
  on
    position.plan_id = now.plan_id
    and position.plan_version = now.plan_version
    and position.component_id = now.component_id
    and reached.tier_no = now.tier_no
left join policy.commission_tier as next
  on
    position.plan_id = next.plan_id
    and position.plan_version = next.plan_version
    and position.component_id = next.component_id
    and reached.next_tier_no = next.tier_no
