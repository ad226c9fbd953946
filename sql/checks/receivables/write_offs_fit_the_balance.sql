-- check:    write_offs_fit_the_balance
-- guards:   core.fct_settlement
-- severity: block
-- zh:       核销的坏账不超过发票当日的未清金额
-- en:       no more of an invoice is written off than was open on the day
-- effect_zh: 核销超过余额：应收可能偏低。
-- effect_en: More was written off than was open: receivables may be too low.
-- asks:     finance
-- why:      what is written off beyond the balance turns a receivable into a debt nobody owes
with written_off as (
  select
    document_id,
    settled_date,
    sum(amount) as amount,
    min(_load) as _load,
    min(_line) as _line
  from core.fct_settlement
  where is_known and item_kind = 'invoice' and kind = 'write_off'
  group by document_id, settled_date
),

settled as (
  select
    written_off.document_id,
    written_off.settled_date,
    sum(entry.amount) as amount
  from written_off
  inner join core.fct_settlement as entry
    on
      written_off.document_id = entry.document_id
      and written_off.settled_date >= entry.settled_date
  where entry.is_known and entry.item_kind = 'invoice'
  group by written_off.document_id, written_off.settled_date
),

judged as (
  select
    written_off.document_id as invoice_id,
    written_off.settled_date,
    written_off.amount,
    invoice.currency,
    invoice.gross_amount - (settled.amount - written_off.amount) as open_amount,
    written_off._load,
    written_off._line
  from written_off
  inner join settled
    on
      written_off.document_id = settled.document_id
      and written_off.settled_date = settled.settled_date
  inner join core.fct_invoice as invoice on written_off.document_id = invoice.invoice_id
)

select
  judged.invoice_id,
  judged.amount,
  judged.open_amount,
  load.file,
  judged._line as line,
  concat(
    'invoice ', judged.invoice_id, ' is written off for ',
    cast(cast(judged.amount as decimal(18, 2)) as varchar), ' on ',
    cast(judged.settled_date as varchar), ', when ',
    cast(cast(judged.open_amount as decimal(18, 2)) as varchar), ' of it was open'
  ) as problem
from judged
left join mart.load as load on judged._load = load.load_id
left join policy.currency as currency on judged.currency = currency.currency
where
  judged.amount > judged.open_amount
  and (judged.amount - judged.open_amount) * 2 * coalesce(currency.minor_units, 100) >= 1
