-- check:    foreign_receipts_have_a_rate
-- guards:   core.fct_open_item
-- severity: block
-- zh:       外币收款在收款日有汇率
-- en:       every foreign receipt has a rate on the day it was received
-- effect_zh: 未核销的外币收款没有计入：未收净额可能偏高。
-- effect_en: Foreign money not yet allocated is left out: what is open may be too high.
-- asks:     finance
-- why:      without a rate money not yet allocated would be missing from what is open
select
  item.document_id,
  item.currency,
  item.document_date,
  item._load,
  item._line,
  load.file,
  item._line as line,
  concat(
    'receipt ', item.document_id, ' is in ', item.currency, ', which has no rate on ',
    cast(item.document_date as varchar)
  ) as problem
from core.fct_open_item as item
left join mart.load as load on item._load = load.load_id
where item.item_kind = 'receipt' and item.rate_to_base is null
