-- grain: one row per person, as HR prints it
-- why:   hr/employee.csv
select
  employee_id,
  name,
  lower(employee_id) || '@haiyue.example' as email,
  iso_date(hire_date) as hire_date,
  iso_date(leave_date) as leave_date,
  employee_no::bigint as _key,
  employee_no::bigint as _order,
  hire_date as _date,
  null::bigint as _cents
from employee
