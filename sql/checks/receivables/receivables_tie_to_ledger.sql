-- check:    receivables_tie_to_ledger
-- guards:   mart.receivable_metric
-- severity: warn
-- zh:       应收余额 = 总账
-- en:       receivables equal the general ledger
-- effect_zh: 按单据计的应收与总账余额不同，以单据为准列示。
-- effect_en: Receivables by document differ from the general ledger; the documents' are shown.
-- asks:     finance
-- amount:   arg_max(gl_difference, as_of_date)
-- why:      a difference is shown with the reports, never absorbed; quarantined documents explain it
select
  as_of_date,
  outstanding,
  gl_balance,
  gl_difference
from mart.receivable_metric
where scope_kind = 'company' and gl_difference <> 0
