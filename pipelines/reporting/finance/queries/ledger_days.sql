-- receivables beside the general ledger on the latest days with a ledger balance
select
  as_of_date,
  outstanding,
  gl_balance,
  gl_difference
from mart.receivable_metric
where scope_kind = 'company' and gl_balance is not null and as_of_date <= $as_of
order by as_of_date desc
limit 12
