-- check:    invoices_take_what_they_are_owed
-- guards:   core.fct_settlement
-- severity: warn
-- zh:       发票收到的款项不超过应收
-- en:       no invoice takes more than it is owed
-- effect_zh: 多收的部分作为客户的预收款单列，不抵减其他发票的逾期。
-- effect_en: What is too much stands as the customer's credit and lowers no other invoice.
-- asks:     finance
-- amount:   case when count(amount_base) = count(*) then sum(amount_base) end
-- why:      what is too much is a credit of the customer and waits for the invoice it was meant for
with surplus as (
  select
    document_id as invoice_id,
    sum(amount) as amount,
    string_agg(distinct source_id, ', ' order by source_id) as sources,
    min(_load) as _load,
    min(_line) as _line
  from core.fct_settlement
  where is_known and item_kind = 'overpayment'
  group by document_id
  having sum(amount) > 0
)

select
  surplus.invoice_id,
  surplus.amount,
  cast(surplus.amount * invoice.rate_to_base as decimal(18, 4)) as amount_base,
  load.file,
  surplus._line as line,
  concat(
    'invoice ', surplus.invoice_id, ' took ', cast(cast(surplus.amount as decimal(18, 2)) as varchar),
    ' more than it was owed (', surplus.sources, '): the customer''s credit until it is allocated'
  ) as problem
from surplus
left join core.fct_invoice as invoice on surplus.invoice_id = invoice.invoice_id
left join mart.load as load on surplus._load = load.load_id
