-- what those who joined in the last twelve months signed, month by month, against their quota
select
  employee.employee_id,
  employee.hire_date,
  attainment.period_start,
  period.period_end,
  attainment.quota,
  attainment.quota_to_date,
  attainment.actual
from core.dim_employee as employee
inner join mart.quota_attainment as attainment
  on
    attainment.scope_kind = 'employee'
    and employee.employee_id = attainment.scope_id
    and attainment.measure = 'contract_amount'
    and attainment.period_kind = 'month'
inner join core.period as period
  on attainment.period_kind = period.period_kind and attainment.period_start = period.period_start
where
  employee.is_active
  and employee.hire_date > cast($as_of as date) - interval 12 month
  and attainment.period_start <= cast($as_of as date)
  and period.period_end >= employee.hire_date
  and attainment.quota > 0
order by employee.employee_id, attainment.period_start
