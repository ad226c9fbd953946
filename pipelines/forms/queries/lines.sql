-- the lines of a month's statements, payee by payee
select
  line.payee_id,
  employee.name,
  line.line_id,
  line.source_id,
  line.amount
from mart.commission_line as line
left join staging.employee as employee on line.payee_id = employee.employee_id
where line.period = $1 and line.ledger = 'earned'
order by line.payee_id, line.line_id
