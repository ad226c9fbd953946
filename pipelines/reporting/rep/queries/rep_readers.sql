-- representatives in service; without an assignment export, everyone who owns a deal
select employee.employee_id
from core.dim_employee as employee
where
  employee.is_active
  and (
    employee.role = 'rep'
    or (
      employee.role is null
      and employee.employee_id in (select owner_id from core.fct_opportunity)
    )
  )
order by employee.employee_id
