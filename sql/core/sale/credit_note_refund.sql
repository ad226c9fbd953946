-- table: core.credit_note_refund
-- grain: one row per credit note that refers to no invoice and was paid back on one
-- key:   note_id
-- why:   a refund is booked on the note or on the invoice whose money it returns; where the note names no
--        invoice, the refund tells which. Notes and refunded invoices of a customer and currency belong
--        together where their amounts are equal, the first to the first; of a customer with one refunded
--        invoice, as far as the refund reaches. core.fct_invoice has it as the reference of the note
with document as (
  select
    invoice.invoice_id,
    case when invoice.gross_amount < 0 then 'credit_note' else invoice.kind end as kind,
    invoice.customer_id,
    invoice.invoice_date,
    invoice.references_invoice_id,
    abs(invoice.gross_amount) as gross_amount,
    coalesce(invoice.currency, parameter.base_currency) as currency
  from staging.invoice as invoice
  cross join core.parameter as parameter
  where
    invoice.invoice_date <= parameter.as_of_date
    and coalesce(invoice.status, 'posted') = 'posted'
),

-- what was paid back, on whichever document
refund as (
  select
    allocation.invoice_id as document_id,
    -sum(allocation.amount) as amount
  from staging.receipt_allocation as allocation
  inner join core.fct_receipt as receipt on allocation.receipt_id = receipt.receipt_id
  cross join core.parameter as parameter
  where
    allocation.amount < 0
    and greatest(allocation.allocated_date, receipt.counted_date) <= parameter.as_of_date
    and (receipt.bounced_date is null or receipt.bounced_date > parameter.as_of_date)
  group by allocation.invoice_id
),

-- notes that name the invoice come first
named as (
  select
    references_invoice_id as invoice_id,
    sum(gross_amount) as amount
  from document
  where kind = 'credit_note' and references_invoice_id is not null
  group by references_invoice_id
),

refunded as (
  select
    document.invoice_id,
    document.customer_id,
    document.currency,
    document.invoice_date,
    refund.amount - coalesce(named.amount, 0) as amount
  from document
  inner join refund on document.invoice_id = refund.document_id
  left join named on document.invoice_id = named.invoice_id
  where document.kind = 'invoice' and refund.amount > coalesce(named.amount, 0)
),

note as (
  select
    document.invoice_id as note_id,
    document.customer_id,
    document.currency,
    document.invoice_date as note_date,
    document.gross_amount as amount
  from document
  left join refund on document.invoice_id = refund.document_id
  where
    document.kind = 'credit_note' and document.references_invoice_id is null
    and refund.document_id is null and document.gross_amount > 0
),

equal as (
  select
    note.note_id,
    refunded.invoice_id
  from (
    select
      note.*,
      row_number() over (
        partition by note.customer_id, note.currency, note.amount order by note.note_date, note.note_id
      ) as place
    from note
  ) as note
  inner join (
    select
      refunded.*,
      row_number() over (
        partition by refunded.customer_id, refunded.currency, refunded.amount
        order by refunded.invoice_date, refunded.invoice_id
      ) as place
    from refunded
  ) as refunded
    on
      note.customer_id = refunded.customer_id
      and note.currency = refunded.currency
      and note.amount = refunded.amount
      and note.place = refunded.place
),

-- what is left of one refunded invoice alone, for the notes it can pay back
single as (
  select
    customer_id,
    currency,
    min(invoice_id) as invoice_id,
    sum(amount) as amount
  from refunded
  where invoice_id not in (select invoice_id from equal)
  group by customer_id, currency
  having count(*) = 1
),

gathered as (
  select
    note.note_id,
    single.invoice_id,
    single.amount,
    sum(note.amount) over (
      partition by note.customer_id, note.currency order by note.note_date, note.note_id
      rows between unbounded preceding and current row
    ) as amount_to
  from note
  inner join single on note.customer_id = single.customer_id and note.currency = single.currency
  where note.note_id not in (select note_id from equal)
)

select
  note_id,
  invoice_id
from equal
union all
select
  note_id,
  invoice_id
from gathered
where amount_to <= amount
