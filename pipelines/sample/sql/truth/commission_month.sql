-- grain: one row per payee and month
-- why:   what the company's statements say is payable, in cents
select
  employee.employee_no,
  statement_month.month_start,
  strftime(statement_month.month_start, '%Y-%m') as period,
  (statement_month.earned * 100)::bigint as earned_cents,
  (statement_month.payable * 100)::bigint as commission_cents
from statement_month
inner join employee on statement_month.employee_id = employee_id(employee.employee_no)
