-- expense, payments and liability of every month beside the general ledger, newest first
select
  period,
  expense,
  gl_expense,
  paid,
  liability,
  gl_liability,
  gl_expense - expense as expense_difference,
  gl_liability - liability as liability_difference
from mart.commission_accrual
order by period desc
