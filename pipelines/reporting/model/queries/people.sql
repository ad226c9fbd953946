-- everyone a page may name, with where they stand on the day of the report
select
  employee.employee_id,
  employee.name,
  employee.role,
  employee.team_id,
  employee.region_id,
  employee.hire_date,
  employee.is_active
from core.dim_employee as employee
order by employee.employee_id
