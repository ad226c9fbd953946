-- table: core.dim_employee
-- grain: one row per employee
-- key:   employee_id
-- why:   reports name people and show where they stand on the day of the report
with begun as (
  select
    employee_id,
    min(valid_from) as first_date
  from staging.assignment
  group by employee_id
)

select
  employee.employee_id,
  employee.name,
  employee.hire_date,
  case when employee.leave_date <= parameter.as_of_date then employee.leave_date end as leave_date,
  assignment.role,
  assignment.unit_id,
  assignment.team_id,
  assignment.region_id,
  assignment.manager_id,
  coalesce(
    (employee.leave_date is null or employee.leave_date > parameter.as_of_date)
    -- who begins later is not there yet
    and coalesce(employee.hire_date, begun.first_date, parameter.as_of_date) <= parameter.as_of_date
    and (assignment.valid_to is null or assignment.valid_to >= parameter.as_of_date),
    false
  ) as is_active,
  employee._load,
  employee._line
from staging.employee as employee
cross join core.parameter as parameter
left join core.employee_assignment as assignment
  on employee.employee_id = assignment.employee_id and assignment.is_last
left join begun on employee.employee_id = begun.employee_id
