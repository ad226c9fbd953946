-- check:    foreign_allocations_have_a_rate
-- guards:   core.fct_settlement
-- severity: block
-- zh:       跨币种核销在收款日有汇率
-- en:       every allocation across currencies has the rates of the day the money counts
-- effect_zh: 不知道这些款项核销了多少：应收可能偏高。
-- effect_en: How much these payments settle is unknown: receivables may be too high.
-- asks:     finance
-- why:      without a rate nobody knows how much of the document the money settles
select
  allocation.receipt_id,
  allocation.document_id,
  allocation.stated_currency,
  allocation.currency,
  load.file,
  allocation._line as line,
  concat(
    'receipt ', allocation.receipt_id, ' in ', allocation.receipt_currency, ' is allocated to ',
    allocation.document_id, ' in ', allocation.currency, ', with ', allocation.stated_currency,
    ' stated; one of them has no rate on the day of the receipt'
  ) as problem
from core.fct_allocation as allocation
cross join core.parameter as parameter
left join mart.load as load on allocation._load = load.load_id
where
  (allocation.amount is null or allocation.receipt_amount is null)
  and allocation.settled_date <= parameter.as_of_date
