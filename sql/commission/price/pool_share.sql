-- table: commission.pool_share
-- grain: one row per pool, month and member who shares it
-- key:   pool_id, plan_id, component_id, period, employee_id
-- why:   a pool is paid out exactly: shares are cut off to whole cents and the cents left over go to
--        the largest remainders. Without a member who qualifies it stays with the pool, and is shown
with earned as (
  select
    payee_id as pool_id,
    plan_id,
    plan_version,
    component_id,
    period,
    amount
  from commission.credit_earning
  where payee_id like 'pool:%'
  union all
  select
    payee_id as pool_id,
    plan_id,
    plan_version,
    component_id,
    period,
    amount
  from commission.limit_taken
  where payee_id like 'pool:%'
),

pool as (
  select
    earned.pool_id,
    earned.plan_id,
    earned.plan_version,
    earned.component_id,
    earned.period,
    component.pool_unit,
    replace(earned.pool_id, concat('pool:', component.pool_unit, ':'), '') as pool_unit_id,
    component.pool_share,
    component.pool_min_attainment_pct,
    component.quota_measure,
    cast(round(sum(earned.amount) * 100, 0) as bigint) as pool_cents
  from earned
  inner join policy.commission_component as component
    on
      earned.plan_id = component.plan_id
      and earned.plan_version = component.plan_version
      and earned.component_id = component.component_id
  group by
    earned.pool_id, earned.plan_id, earned.plan_version, earned.component_id, earned.period,
    component.pool_unit, component.pool_share, component.pool_min_attainment_pct, component.quota_measure
),

month as (
  select distinct
    pool.period,
    cast(concat(pool.period, '-01') as date) as month_start,
    least(
      cast(cast(concat(pool.period, '-01') as date) + interval 1 month - interval 1 day as date),
      parameter.as_of_date
    ) as month_end
  from pool
  cross join core.parameter as parameter
),

-- everybody in a unit on the last day of a month
present as (
  select
    month.period,
    'team' as pool_unit,
    org.team_id as pool_unit_id,
    org.employee_id,
    org.role
  from month
  inner join core.org_day as org on month.month_end = org.calendar_date
  where org.is_active and org.team_id is not null
  union all
  select
    month.period,
    'region' as pool_unit,
    org.region_id as pool_unit_id,
    org.employee_id,
    org.role
  from month
  inner join core.org_day as org on month.month_end = org.calendar_date
  where org.is_active and org.region_id is not null
),

-- where members stand by their own plan, in the measure of the pool; of two accounts in one month the
-- one credited last tells
standing as (
  select
    account.payee_id as employee_id,
    component.quota_measure,
    month.month_start,
    account.quota,
    month.position_to,
    sum(month.full_amount) over (
      partition by account.payee_id, component.quota_measure, month.month_start
    ) as month_credit
  from commission.account_month as month
  inner join commission.account as account on month.account_no = account.account_no
  inner join policy.commission_component as component
    on
      account.plan_id = component.plan_id
      and account.plan_version = component.plan_version
      and account.component_id = component.component_id
  where component.quota_measure is not null and component.credit_to in ('owner', 'deal_team')
  qualify row_number() over (
    partition by account.payee_id, component.quota_measure, month.month_start
    order by month.last_credit desc
  ) = 1
),

member as (
  select
    pool.pool_id,
    pool.plan_id,
    pool.plan_version,
    pool.component_id,
    pool.period,
    pool.pool_share,
    pool.pool_cents,
    pool.pool_min_attainment_pct,
    present.employee_id,
    member.weight_points,
    case
      when standing.quota > 0
        then
          cast(
            cast(round(greatest(standing.position_to, 0) * 100, 0) as hugeint) * 1000000
            // cast(round(standing.quota * 100, 0) as hugeint) as bigint
          )
      else 0
    end as attainment_points,
    cast(round(greatest(coalesce(standing.month_credit, 0), 0) * 100, 0) as bigint) as credit_cents
  from pool
  inner join month on pool.period = month.period
  inner join present
    on
      pool.period = present.period
      and pool.pool_unit = present.pool_unit
      and pool.pool_unit_id = present.pool_unit_id
  inner join policy.commission_pool_member as member
    on
      pool.plan_id = member.plan_id
      and pool.plan_version = member.plan_version
      and pool.component_id = member.component_id
      and present.role = member.role
  left join standing
    on
      present.employee_id = standing.employee_id
      and pool.quota_measure = standing.quota_measure
      and month.month_start = standing.month_start
),

weighed as (
  select
    member.*,
    cast(case member.pool_share
      when 'equal' then 1
      when 'attainment' then member.attainment_points
      when 'credit' then member.credit_cents
      else member.weight_points
    end as hugeint) as weight
  from member
  where member.attainment_points >= member.pool_min_attainment_pct * 10000
),

cut as (
  select
    weighed.*,
    cast(abs(weighed.pool_cents) as hugeint) * weighed.weight as claim,
    sum(weighed.weight) over whole as weights
  from weighed
  where weighed.weight > 0
  window whole as (partition by pool_id, plan_id, component_id, period)
),

floored as (
  select
    cut.*,
    cut.claim // cut.weights as cents,
    cut.claim % cut.weights as remainder
  from cut
),

placed as (
  select
    floored.*,
    abs(floored.pool_cents) - sum(floored.cents) over whole as left_over,
    row_number() over (
      partition by floored.pool_id, floored.plan_id, floored.component_id, floored.period
      order by floored.remainder desc, floored.employee_id asc
    ) as place
  from floored
  window whole as (partition by pool_id, plan_id, component_id, period)
),

paid as (
  select
    pool_id,
    plan_id,
    plan_version,
    component_id,
    period,
    employee_id,
    weight,
    weights,
    pool_cents,
    case when pool_cents < 0 then -1 else 1 end * (cents + case when place <= left_over then 1 else 0 end)
      as cents
  from placed
)

select
  pool.pool_id,
  pool.plan_id,
  pool.plan_version,
  pool.component_id,
  pool.period,
  coalesce(paid.employee_id, pool.pool_id) as employee_id,
  cast(coalesce(paid.weight, 0) as bigint) as weight,
  cast(coalesce(paid.weights, 0) as bigint) as weights,
  cast(cast(pool.pool_cents as decimal(20, 0)) * cast(0.01 as decimal(3, 2)) as decimal(18, 4))
    as pool_amount,
  cast(
    cast(coalesce(paid.cents, pool.pool_cents) as decimal(20, 0)) * cast(0.01 as decimal(3, 2))
    as decimal(18, 4)
  ) as amount
from pool
left join paid
  on
    pool.pool_id = paid.pool_id
    and pool.plan_id = paid.plan_id
    and pool.plan_version = paid.plan_version
    and pool.component_id = paid.component_id
    and pool.period = paid.period
