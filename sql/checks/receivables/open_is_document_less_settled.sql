-- check:    open_is_document_less_settled
-- guards:   receivables.open_item_span
-- severity: block
-- zh:       每张单据：未清 = 单据金额 − 已清
-- en:       for every document, open = amount − settled
-- effect_zh: 单据余额与其收付不符：应收可能多也可能少。
-- effect_en: Balances differ from what settled them: receivables may be too high or too low.
-- asks:     finance
-- why:      instalments share one settlement; no cent of it may be lost between them
with settled as (
  select
    item_kind,
    document_id,
    sum(amount) as amount
  from core.fct_settlement
  where is_known
  group by item_kind, document_id
),

document as (
  select
    item_kind,
    document_id,
    currency,
    sum(amount) as amount
  from core.fct_open_item
  group by item_kind, document_id, currency
),

still_open as (
  select
    span.item_kind,
    span.document_id,
    sum(span.open_amount) as amount
  from receivables.open_item_span as span
  cross join core.parameter as parameter
  where span.valid_from <= parameter.as_of_date and span.valid_before > parameter.as_of_date
  group by span.item_kind, span.document_id
)

select
  document.item_kind,
  document.document_id,
  document.amount,
  coalesce(settled.amount, 0) as settled_amount,
  coalesce(still_open.amount, 0) as open_amount
from document
left join settled
  on document.item_kind = settled.item_kind and document.document_id = settled.document_id
left join still_open
  on document.item_kind = still_open.item_kind and document.document_id = still_open.document_id
-- less than half of the smallest unit of a currency is owed by nobody
left join policy.currency as currency on document.currency = currency.currency
where
  abs(document.amount - coalesce(settled.amount, 0) - coalesce(still_open.amount, 0))
  * 2 * coalesce(currency.minor_units, 100) >= 1
