-- the amortisation schedule, a year back and a year ahead
select
  period,
  capitalised,
  amortised,
  asset
from mart.contract_cost_month
where
  period > strftime(cast($month_start as date) - interval 13 month, '%Y-%m')
  and period <= strftime(cast($month_start as date) + interval 12 month, '%Y-%m')
order by period
