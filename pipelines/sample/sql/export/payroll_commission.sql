-- grain: one row per person and month, as HR prints it
-- why:   hr/payroll_commission.csv; the planted missing month is left out
select
  employee_id(employee_no) as employee_id,
  period,
  yuan_text(paid_cents) as paid_amount,
  iso_date(paid_date) as paid_date,
  reference,
  (month_start - date '2024-01-01') * 10000 + employee_no as _key,
  (month_start - date '2024-01-01') * 10000 + employee_no as _order,
  paid_date as _date,
  paid_cents as _cents
from payroll_commission
where kind is distinct from 'missing_month'
