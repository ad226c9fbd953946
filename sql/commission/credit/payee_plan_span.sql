-- table: commission.payee_plan_span
-- grain: one row per employee and span of days on which one commission plan is in force for them
-- key:   employee_id, valid_from
-- why:   which plan is in force for whom when; commission.payee_component_span has its components. A plan
--        is chosen by role, unit and date; one that names the unit goes before one for all
with place as (
  select
    was.employee_id,
    case when parameter.org_view = 'as_is' then latest.role else was.role end as role,
    case when parameter.org_view = 'as_is' then latest.unit_id else was.unit_id end as unit_id,
    case when parameter.org_view = 'as_is' then latest.team_id else was.team_id end as team_id,
    case when parameter.org_view = 'as_is' then latest.region_id else was.region_id end as region_id,
    was.valid_from,
    coalesce(was.valid_to, date '9999-12-31') as valid_to,
    -- after the last day only a plan that says so goes on
    case when was.is_last then employee.leave_date end as leave_date,
    parameter.company_id
  from core.employee_assignment as was
  inner join core.employee_assignment as latest on was.employee_id = latest.employee_id and latest.is_last
  cross join core.parameter as parameter
  left join staging.employee as employee on was.employee_id = employee.employee_id
),

entitled as (
  select
    place.employee_id,
    place.role,
    place.unit_id,
    place.team_id,
    place.region_id,
    place.valid_from as place_from,
    plan.plan_id,
    plan.plan_version,
    named.unit_id is not null as names_unit,
    greatest(place.valid_from, plan.valid_from) as valid_from,
    least(
      case
        when plan.leaver_days is not null and place.leave_date is not null
          then cast(place.leave_date + plan.leaver_days * interval 1 day as date)
        else place.valid_to
      end, coalesce(plan.valid_to, date '9999-12-31')
    ) as valid_to
  from place
  inner join policy.commission_plan as plan
    on
      place.role = plan.role
      and case
        when plan.leaver_days is not null and place.leave_date is not null
          then cast(place.leave_date + plan.leaver_days * interval 1 day as date)
        else place.valid_to
      end >= plan.valid_from
      and (
        plan.leaver_days is null or place.leave_date is null
        or place.leave_date + plan.leaver_days * interval 1 day >= place.valid_from
      )
      and place.valid_from <= coalesce(plan.valid_to, date '9999-12-31')
  left join policy.commission_plan_unit as named
    on plan.plan_id = named.plan_id and plan.plan_version = named.plan_version
  where
    named.unit_id is null
    or named.unit_id in (place.unit_id, place.team_id, place.region_id, place.company_id)
),

-- every day on which the choice may change, and the days up to the next
edge as (
  select
    employee_id,
    place_from,
    valid_from as edge_from
  from entitled
  union
  select
    employee_id,
    place_from,
    cast(valid_to + interval 1 day as date) as edge_from
  from entitled
  where valid_to < date '9999-12-31'
),

stretch as (
  select
    employee_id,
    place_from,
    edge_from,
    coalesce(
      cast(
        lead(edge_from) over (partition by employee_id, place_from order by edge_from) - interval 1 day
        as date
      ),
      date '9999-12-31'
    ) as edge_to
  from edge
)

select
  stretch.employee_id,
  stretch.edge_from as valid_from,
  stretch.edge_to as valid_to,
  entitled.role,
  entitled.unit_id,
  entitled.team_id,
  entitled.region_id,
  entitled.plan_id,
  entitled.plan_version
from stretch
inner join entitled
  on
    stretch.employee_id = entitled.employee_id
    and stretch.place_from = entitled.place_from
    and stretch.edge_from >= entitled.valid_from
    and stretch.edge_to <= entitled.valid_to
qualify row_number() over (
  partition by stretch.employee_id, stretch.edge_from
  order by entitled.names_unit desc, entitled.plan_id asc, entitled.plan_version desc
) = 1
