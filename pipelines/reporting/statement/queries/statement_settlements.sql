-- what of one month's statements is paid on which day and in which currency
select
  payee_id,
  settled_on,
  currency,
  amount_base,
  settled_amount
from mart.commission_settlement
where period = $statement_month
order by payee_id, settled_on, currency
