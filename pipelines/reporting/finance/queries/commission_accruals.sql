-- expense and liability of the last thirteen months beside the general ledger, newest first
select
  period,
  expense,
  liability,
  gl_expense,
  gl_liability,
  gl_expense - expense as expense_difference,
  gl_liability - liability as liability_difference
from mart.commission_accrual
where period > strftime(cast($month_start as date) - interval 13 month, '%Y-%m') and period <= $month
order by period desc
