-- check:    settlements_have_a_receipt
-- guards:   core.fct_settlement
-- severity: warn
-- zh:       发票的结清有收款记录，而不只是导出中的未收余额
-- en:       what is settled was received on a known day, and not only stated as a balance of the invoice
-- effect_zh: 这些款项的收款日未知：回款和回款天数可能落在别的期间。
-- effect_en: The day of payment is unknown: collections and days to pay may fall into another period.
-- asks:     finance
-- why:      without receipts an export's own balances say what is open; on which day the rest was paid
--           nobody knows, so it counts on the due date, as no collection and for no commission
select
  settlement.document_id,
  settlement.settled_date,
  settlement.amount,
  load.file,
  settlement._line as line,
  concat(
    settlement.item_kind, ' ', settlement.document_id, ' states a balance by which ',
    cast(cast(settlement.amount as decimal(18, 2)) as varchar),
    ' of it is settled, on no known day; it counts on ', cast(settlement.settled_date as varchar),
    ', and receipts would say when'
  ) as problem
from core.fct_settlement as settlement
left join mart.load as load on settlement._load = load.load_id
where settlement.kind = 'stated' and settlement.is_known
