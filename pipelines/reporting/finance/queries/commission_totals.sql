-- all payees' statements by month, the last thirteen months
select
  period,
  count(*) as payees,
  sum(credit) as credit,
  sum(earned) as earned,
  sum(payable) as payable,
  sum(paid) as paid,
  sum(held) as held,
  sum(adjustments) as adjustments
from mart.commission_statement
where period > strftime(cast($month_start as date) - interval 13 month, '%Y-%m') and period <= $month
group by period
order by period
