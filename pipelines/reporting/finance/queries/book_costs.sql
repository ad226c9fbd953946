-- every capitalised contract cost with what of it is written off
select
  contract_id,
  period,
  owner_id,
  customer_id,
  type,
  amount,
  term_months,
  is_expensed,
  from_month,
  months,
  amount_per_month,
  amortised,
  asset
from mart.contract_cost
order by contract_id, period
