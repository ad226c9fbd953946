-- table: core.payee_plan_day
-- grain: one row per employee and day on which a commission plan is in force for them
-- key:   employee_id, calendar_date
-- why:   a plan is chosen by role, unit and date; one that names the unit goes before one for all
with scope as (
  select
    plan.plan_id,
    plan.plan_version,
    plan.role,
    plan.valid_from,
    coalesce(plan.valid_to, date '9999-12-31') as valid_to,
    unit.unit_id
  from policy.commission_plan as plan
  left join policy.commission_plan_unit as unit
    on plan.plan_id = unit.plan_id and plan.plan_version = unit.plan_version
)

select
  org.employee_id,
  org.calendar_date,
  org.role,
  org.unit_id,
  org.team_id,
  org.region_id,
  scope.plan_id,
  scope.plan_version
from core.org_day as org
inner join scope
  on
    org.role = scope.role
    and org.calendar_date >= scope.valid_from
    and org.calendar_date <= scope.valid_to
cross join core.parameter as parameter
where
  org.is_active
  and (
    scope.unit_id is null
    or scope.unit_id = org.unit_id
    or scope.unit_id = org.team_id
    or scope.unit_id = org.region_id
    or scope.unit_id = parameter.company_id
  )
qualify row_number() over (
  partition by org.employee_id, org.calendar_date
  order by
    case when scope.unit_id is null then 1 else 0 end asc, scope.plan_id asc, scope.plan_version desc
) = 1
