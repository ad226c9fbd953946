-- the amortisation schedule, every month
select
  period,
  capitalised,
  amortised,
  asset
from mart.contract_cost_month
order by period
