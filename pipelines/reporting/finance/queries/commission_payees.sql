-- each payee's statement of one month beside payroll
select
  statement.payee_id,
  statement.credit,
  statement.earned,
  statement.payable,
  statement.paid,
  statement.held,
  statement.adjustments,
  difference.difference,
  difference.reason_code
from mart.commission_statement as statement
left join mart.commission_difference as difference
  on
    statement.period = difference.period
    and statement.payee_id = difference.key
    and difference.kind = 'statement_to_payroll'
where statement.period = $last_month
order by statement.payee_id
