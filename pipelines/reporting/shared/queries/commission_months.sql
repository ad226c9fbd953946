-- each payee's statements of the last six months, newest first
select
  payee_id,
  period,
  credit,
  earned,
  payable,
  paid,
  held,
  adjustments
from mart.commission_statement
where period <= $month and period > strftime(cast($month_start as date) - interval 6 month, '%Y-%m')
order by payee_id asc, period desc
