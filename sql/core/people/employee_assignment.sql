-- table: core.employee_assignment
-- grain: one row per employee and span of an assignment
-- key:   employee_id, valid_from
-- why:   membership is dated; spans end where the next begins, so no day counts twice
with assignment as (
  select
    employee_id,
    unit_id,
    role,
    manager_id,
    valid_from,
    valid_to,
    lead(valid_from) over (partition by employee_id order by valid_from) as next_from
  from staging.assignment
  cross join core.parameter
  where assignment.valid_from <= parameter.as_of_date
)

select
  assignment.employee_id,
  assignment.unit_id,
  assignment.role,
  assignment.manager_id,
  assignment.valid_from,
  case
    when assignment.next_from is null then assignment.valid_to
    else
      least(
        coalesce(assignment.valid_to, cast(assignment.next_from - interval 1 day as date)),
        cast(assignment.next_from - interval 1 day as date)
      )
  end as valid_to,
  assignment.next_from is null as is_last,
  unit.team_id,
  unit.region_id
from assignment
left join core.dim_unit as unit on assignment.unit_id = unit.unit_id
