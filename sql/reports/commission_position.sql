-- table: mart.commission_position
-- grain: one row per employee whose role has a commission plan on the day of the report
-- key:   employee_id
-- why:   where a payee stands in the quota period: credit so far, tier reached, what the next tier
--        needs, and what the next 10,000 of credit would pay
with component as (
  -- the component whose tiers a payee looks at: the first by attainment on sales of their own
  select
    component.plan_id,
    component.plan_version,
    component.component_id,
    component.quota_measure,
    component.quota_period,
    component.without_quota_rate_pct
  from policy.commission_component as component
  where
    component.rate_kind = 'tiers' and component.rate_by = 'attainment'
    and component.quota_measure is not null and component.credit_to in ('owner', 'deal_team', 'overlay')
  qualify row_number() over (
    partition by component.plan_id, component.plan_version order by component.component_no
  ) = 1
),

payee as (
  select
    plan_span.employee_id,
    plan_span.plan_id,
    plan_span.plan_version,
    component.component_id,
    component.quota_measure,
    component.without_quota_rate_pct,
    parameter.as_of_date,
    period.period_start as quota_start,
    period.period_end as quota_end,
    strftime(parameter.as_of_date, '%Y-%m') as month
  from core.payee_plan_span as plan_span
  inner join core.parameter as parameter
    on plan_span.valid_from <= parameter.as_of_date and plan_span.valid_to >= parameter.as_of_date
  inner join component
    on plan_span.plan_id = component.plan_id and plan_span.plan_version = component.plan_version
  inner join core.period as period
    on component.quota_period = period.period_kind and period.is_current
),

quota as (
  select
    payee.employee_id,
    sum(quota.amount) as quota
  from payee
  inner join core.quota_day as quota
    on
      quota.scope_kind = 'employee'
      and payee.employee_id = quota.scope_id
      and payee.quota_measure = quota.measure
      and quota.calendar_date between payee.quota_start and payee.quota_end
  group by payee.employee_id
),

earned as (
  select
    payee.employee_id,
    sum(line.credit_amount) as credit,
    sum(line.amount) as earned,
    sum(case when line.period = payee.month then line.credit_amount else 0 end) as month_credit,
    sum(case when line.period = payee.month then line.amount else 0 end) as month_earned
  from payee
  inner join core.commission_earning as line
    on
      payee.employee_id = line.payee_id
      and payee.plan_id = line.plan_id
      and payee.plan_version = line.plan_version
      and payee.component_id = line.component_id
      and payee.quota_start = line.quota_start
  group by payee.employee_id
),

position as (
  select
    payee.employee_id,
    payee.plan_id,
    payee.plan_version,
    payee.component_id,
    payee.quota_start,
    payee.without_quota_rate_pct,
    case when quota.quota > 0 then quota.quota end as quota,
    coalesce(earned.credit, 0) as credit,
    coalesce(earned.earned, 0) as earned,
    coalesce(earned.month_credit, 0) as month_credit,
    coalesce(earned.month_earned, 0) as month_earned
  from payee
  left join quota on payee.employee_id = quota.employee_id
  left join earned on payee.employee_id = earned.employee_id
),

tier as (
  select
    position.employee_id,
    position.credit,
    tier.tier_no,
    tier.tier_from,
    tier.rate_pct,
    cast(
      cast(position.quota as decimal(20, 4))
      * cast(tier.tier_from as decimal(9, 4))
      * cast(0.01 as decimal(3, 2)) as decimal(30, 10)
    )
      as amount_from,
    cast(
      cast(position.quota as decimal(20, 4))
      * cast(tier.tier_to as decimal(9, 4))
      * cast(0.01 as decimal(3, 2)) as decimal(30, 10)
    )
      as amount_to
  from position
  inner join policy.commission_tier as tier
    on
      position.plan_id = tier.plan_id
      and position.plan_version = tier.plan_version
      and position.component_id = tier.component_id
  where position.quota is not null
),

reached as (
  select
    employee_id,
    max(case when amount_from <= credit then tier_no end) as tier_no,
    max(case when amount_from <= credit then tier_from end) as tier_from,
    min(case when amount_from > credit then tier_no end) as next_tier_no,
    min(case when amount_from > credit then tier_from end) as next_tier_from,
    min(case when amount_from > credit then amount_from - credit end) as to_next_tier,
    -- the part of the next 10,000 that falls into each tier, at that tier's rate
    sum(
      cast(
        greatest(
          least(
            cast(credit + 10000 as decimal(30, 10)),
            coalesce(amount_to, cast(credit + 10000 as decimal(30, 10)))
          )
          - greatest(cast(credit as decimal(30, 10)), amount_from),
          0
        ) as decimal(24, 6)
      ) * cast(rate_pct as decimal(9, 4)) * cast(0.01 as decimal(3, 2))
    ) as next_pays
  from tier
  group by employee_id
)

select
  position.employee_id,
  position.plan_id,
  position.plan_version,
  position.component_id,
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
  -- up to the cent: a fraction of a cent below would not reach the tier
  cast(ceil(reached.to_next_tier * 100) * cast(0.01 as decimal(3, 2)) as decimal(18, 4)) as to_next_tier,
  cast(round(
    coalesce(reached.next_pays, cast(100 as decimal(9, 4)) * position.without_quota_rate_pct), 2
  ) as decimal(18, 4)) as next_pays
from position
left join reached on position.employee_id = reached.employee_id
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
