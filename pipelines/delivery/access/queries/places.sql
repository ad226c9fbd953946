-- where everybody stood and stands, in which role
select
  employee_id,
  unit_id,
  role,
  valid_from,
  valid_to
from staging.assignment
order by employee_id, valid_from
