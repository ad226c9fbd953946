-- check:    foreign_receipts_have_a_rate
-- guards:   core.fct_open_item
-- severity: block
-- zh:       外币收款在收款日有汇率
-- en:       every foreign receipt has a rate on the day it was received
-- why:      without a rate money not yet allocated would be missing from what is open
select
  document_id,
  currency,
  document_date,
  _load,
  _line
from core.fct_open_item
where item_kind = 'receipt' and rate_to_base is null
