-- table: core.fct_open_item
-- grain: one row per instalment of an invoice, credit note, receipt and overpaid invoice
-- key:   item_kind, document_id, instalment_seq
-- why:   what can be open: an invoice by its payment terms, a credit note that was not applied, and
--        money received that no invoice has taken yet (both negative); what an invoice took beyond its
--        amount is its customer's, an item without an amount of its own that settlements fill. Where an
--        amount of an invoice or of its instalment is disputed, the rest is not
with invoice as (
  select
    invoice_id,
    kind,
    customer_id,
    owner_id,
    segment,
    invoice_date,
    due_date,
    currency,
    rate_to_base,
    gross_amount,
    is_disputed,
    disputed_amount,
    _load,
    _line
  from core.fct_invoice
),

instalment as (
  select
    instalment.invoice_id,
    instalment.seq,
    instalment.due_date,
    instalment.amount,
    instalment.disputed_amount,
    instalment._load,
    instalment._line
  from staging.invoice_instalment as instalment
  inner join invoice on instalment.invoice_id = invoice.invoice_id and invoice.kind = 'invoice'
),

instalment_total as (
  select
    invoice_id,
    sum(amount) as amount
  from instalment
  group by invoice_id
),

term as (
  select
    invoice_id,
    seq,
    due_date,
    amount,
    disputed_amount,
    _load,
    _line
  from instalment
  union all
  -- an invoice without terms is one instalment; terms that do not add up leave a remainder
  select
    invoice.invoice_id,
    case when instalment_total.invoice_id is null then 1 else 0 end as seq,
    invoice.due_date,
    invoice.gross_amount - coalesce(instalment_total.amount, 0) as amount,
    cast(null as decimal(18, 4)) as disputed_amount,
    invoice._load,
    invoice._line
  from invoice
  left join instalment_total on invoice.invoice_id = instalment_total.invoice_id
  where
    invoice.kind = 'invoice'
    and invoice.gross_amount <> coalesce(instalment_total.amount, 0)
),

receipt as (
  select
    receipt.receipt_id,
    receipt.customer_id,
    customer.owner_id,
    customer.segment,
    receipt.counted_date,
    receipt.amount,
    coalesce(receipt.currency, parameter.base_currency) as currency,
    parameter.base_currency,
    receipt._load,
    receipt._line
  from core.fct_receipt as receipt
  cross join core.parameter as parameter
  left join core.dim_customer as customer on receipt.customer_id = customer.customer_id
  where receipt.counted_date <= parameter.as_of_date
),

overpaid as (
  select
    document_id as invoice_id,
    min(settled_date) as first_date
  from core.fct_settlement
  where is_known and item_kind = 'overpayment'
  group by document_id
)

select
  'invoice' as item_kind,
  term.invoice_id as document_id,
  term.seq as instalment_seq,
  invoice.customer_id,
  invoice.owner_id,
  invoice.segment,
  invoice.invoice_date as document_date,
  term.due_date,
  invoice.currency,
  invoice.rate_to_base,
  cast(term.amount as decimal(18, 4)) as amount,
  -- earliest due first: the span of the invoice's settlement that pays this instalment; what terms
  -- promise beyond the invoice is taken back last
  cast((sum(term.amount) over due_order) - term.amount as decimal(18, 4)) as settles_from,
  cast(sum(term.amount) over due_order as decimal(18, 4)) as settles_to,
  row_number() over due_order = count(*) over (partition by term.invoice_id) as is_last,
  invoice.is_disputed,
  -- of an invoice it is what falls due last: money pays the earliest first
  cast(
    case
      when term.disputed_amount is not null then least(term.disputed_amount, greatest(term.amount, 0))
      when invoice.disputed_amount is not null
        then
          greatest(
            (sum(term.amount) over due_order)
            - greatest(
              (sum(term.amount) over due_order) - term.amount,
              (sum(term.amount) over (partition by term.invoice_id)) - invoice.disputed_amount
            ), 0
          )
    end as decimal(18, 4)
  ) as disputed_amount,
  term._load,
  term._line
from term
inner join invoice on term.invoice_id = invoice.invoice_id
window
  due_order as (
    partition by term.invoice_id
    order by term.amount < 0, coalesce(term.due_date, date '9999-12-31'), term.seq
    rows between unbounded preceding and current row
  )
union all
select
  'credit_note' as item_kind,
  invoice_id as document_id,
  1 as instalment_seq,
  customer_id,
  owner_id,
  segment,
  invoice_date as document_date,
  cast(null as date) as due_date,
  currency,
  rate_to_base,
  gross_amount as amount,
  cast(0 as decimal(18, 4)) as settles_from,
  gross_amount as settles_to,
  true as is_last,
  is_disputed,
  cast(null as decimal(18, 4)) as disputed_amount,
  _load,
  _line
from invoice
where kind = 'credit_note'
union all
select
  'receipt' as item_kind,
  receipt.receipt_id as document_id,
  1 as instalment_seq,
  receipt.customer_id,
  receipt.owner_id,
  coalesce(receipt.segment, '(none)') as segment,
  receipt.counted_date as document_date,
  cast(null as date) as due_date,
  receipt.currency,
  case
    when receipt.currency = receipt.base_currency then cast(1 as decimal(18, 8))
    else fx.rate_to_base
  end as rate_to_base,
  -receipt.amount as amount,
  cast(0 as decimal(18, 4)) as settles_from,
  -receipt.amount as settles_to,
  true as is_last,
  false as is_disputed,
  cast(null as decimal(18, 4)) as disputed_amount,
  receipt._load,
  receipt._line
from receipt
left join core.fx_day as fx
  on receipt.currency = fx.currency and receipt.counted_date = fx.calendar_date
union all
select
  'overpayment' as item_kind,
  invoice.invoice_id as document_id,
  1 as instalment_seq,
  invoice.customer_id,
  invoice.owner_id,
  invoice.segment,
  overpaid.first_date as document_date,
  cast(null as date) as due_date,
  invoice.currency,
  invoice.rate_to_base,
  cast(0 as decimal(18, 4)) as amount,
  cast(0 as decimal(18, 4)) as settles_from,
  cast(0 as decimal(18, 4)) as settles_to,
  true as is_last,
  false as is_disputed,
  cast(null as decimal(18, 4)) as disputed_amount,
  invoice._load,
  invoice._line
from overpaid
inner join invoice on overpaid.invoice_id = invoice.invoice_id
