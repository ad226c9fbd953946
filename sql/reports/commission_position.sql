-- table: mart.commission_position
-- grain: one row per employee whose role has a commission plan on the day of the report
-- key:   employee_id
-- why:   where a payee stands in the quota period: credit so far, tier reached, what the next tier
--        needs, and what the next 10,000 of credit would pay
with payee as (
  select
    employee.employee_id,
    plan.plan_id,
    plan.plan_version,
    plan.quota_measure,
    plan.without_quota_rate_pct,
    parameter.as_of_date,
    period.period_start as quota_start,
    period.period_end as quota_end,
    strftime(parameter.as_of_date, '%Y-%m') as month
  from core.dim_employee as employee
  cross join core.parameter as parameter
  inner join policy.commission_plan as plan
    on
      employee.role = plan.role
      and parameter.as_of_date >= plan.valid_from
      and (plan.valid_to is null or parameter.as_of_date <= plan.valid_to)
  inner join core.period as period
    on plan.quota_period = period.period_kind and period.is_current
  where employee.is_active
  qualify row_number() over (
    partition by employee.employee_id order by plan.plan_version desc, plan.plan_id asc
  ) = 1
),

quota as (
  select
    payee.employee_id,
    sum(quota.amount) as quota
  from payee
  inner join staging.quota as quota
    on
      quota.scope_kind = 'employee'
      and payee.employee_id = quota.scope_id
      and payee.quota_measure = quota.measure
      and quota.period_start between payee.quota_start and payee.quota_end
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
  inner join mart.commission_line as line
    on
      payee.employee_id = line.payee_id
      and payee.plan_id = line.plan_id
      and payee.plan_version = line.plan_version
      and line.ledger = 'earned'
      and line.credit_date between payee.quota_start and payee.quota_end
  group by payee.employee_id
),

position as (
  select
    payee.employee_id,
    payee.plan_id,
    payee.plan_version,
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
    on position.plan_id = tier.plan_id and position.plan_version = tier.plan_version
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
    and reached.tier_no = now.tier_no
left join policy.commission_tier as next
  on
    position.plan_id = next.plan_id
    and position.plan_version = next.plan_version
    and reached.next_tier_no = next.tier_no
