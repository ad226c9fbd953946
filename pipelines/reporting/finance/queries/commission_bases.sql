-- from the ERP's receipts to the credit on the statements, by month, newest first
select
  period,
  collected,
  without_plan,
  vat,
  shares_without_plan,
  credit,
  bounced,
  cut,
  statement_credit
from mart.commission_base
where period > strftime(cast($month_start as date) - interval 6 month, '%Y-%m')
order by period desc
