-- check:    receivables_tie_to_ledger
-- guards:   mart.receivable_metric
-- severity: warn
-- zh:       应收余额 = 总账
-- en:       receivables equal the general ledger
-- why:      a difference is shown with the reports, never absorbed; quarantined documents explain it
select
  as_of_date,
  outstanding,
  gl_balance,
  gl_difference
from mart.receivable_metric
where scope_kind = 'company' and gl_difference <> 0
