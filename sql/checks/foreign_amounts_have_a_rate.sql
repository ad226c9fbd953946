-- check:    foreign_amounts_have_a_rate
-- guards:   core.fct_invoice
-- severity: block
-- zh:       外币单据在当日有汇率
-- en:       every foreign document has a rate on its day
-- why:      without a rate the amount in base currency is unknown, and every total with it
select
  invoice_id,
  currency,
  invoice_date,
  _load,
  _line
from core.fct_invoice
where rate_to_base is null
