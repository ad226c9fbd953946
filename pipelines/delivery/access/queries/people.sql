-- who may be a reader, and where mail reaches them
select
  employee_id,
  name,
  email,
  hire_date,
  leave_date
from staging.employee
order by employee_id
