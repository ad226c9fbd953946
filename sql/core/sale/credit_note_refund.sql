-- table: core.credit_note_refund
-- grain: one row per credit note that refers to no invoice, and invoice on which it was paid back
-- key:   note_id, invoice_id
-- why:   a refund is booked on the note or on the invoice whose money it returns; where the note names no
--        invoice, the refund tells which. Notes and refunded invoices of a customer and currency belong
--        together where their amounts are equal, the first to the first; of a customer with one refunded
--        invoice, as far as the refund reaches; of one with several, where all that waits of notes is all
--        that was paid back, in order. A note of one invoice (is_whole) refers to it in core.fct_invoice; of
--        one of several each invoice has its part in core.fct_settlement and core.fct_credit_event
with money as (
  select
    allocation.invoice_id as document_id,
    allocation.amount,
    coalesce(allocation.currency, receipt.currency, document.currency) = document.currency as is_own_currency
  from staging.receipt_allocation as allocation
  inner join core.fct_receipt as receipt on allocation.receipt_id = receipt.receipt_id
  inner join core.posted_document as document on allocation.invoice_id = document.invoice_id
  cross join core.parameter as parameter
  where
    allocation.invoice_id in (
      select invoice_id
      from staging.receipt_allocation
      where amount < 0
    )
    and greatest(allocation.allocated_date, receipt.counted_date) <= parameter.as_of_date
    and (receipt.bounced_date is null or receipt.bounced_date > parameter.as_of_date)
),

-- what was paid back, on whichever document
refund as (
  select
    document_id,
    -sum(amount) as amount
  from money
  where amount < 0
  group by document_id
),

-- what an invoice took beyond its amount
settled as (
  select
    document_id,
    amount
  from money
  where amount > 0 and is_own_currency
  union all
  select
    write_off.invoice_id as document_id,
    write_off.amount
  from staging.write_off as write_off
  cross join core.parameter as parameter
  where write_off.written_off_date <= parameter.as_of_date
),

surplus as (
  select
    settled.document_id as invoice_id,
    sum(settled.amount) - document.gross_amount as amount
  from settled
  inner join core.posted_document as document on settled.document_id = document.invoice_id
  where settled.document_id in (select document_id from refund)
  group by settled.document_id, document.gross_amount
  having sum(settled.amount) > document.gross_amount
),

-- what was not paid back on the note itself
waiting as (
  select
    document.*,
    document.gross_amount - coalesce(refund.amount, 0) as amount
  from core.posted_document as document
  left join refund on document.invoice_id = refund.document_id
  where document.kind = 'credit_note' and document.gross_amount > coalesce(refund.amount, 0)
),

-- notes that name the invoice come first
named as (
  select
    references_invoice_id as invoice_id,
    sum(amount) as amount
  from waiting
  where references_invoice_id is not null
  group by references_invoice_id
),

refunded as (
  select
    document.invoice_id,
    document.customer_id,
    document.currency,
    document.invoice_date,
    refund.amount - coalesce(named.amount, 0) - coalesce(surplus.amount, 0) as amount
  from core.posted_document as document
  inner join refund on document.invoice_id = refund.document_id
  left join named on document.invoice_id = named.invoice_id
  left join surplus on document.invoice_id = surplus.invoice_id
  where
    document.kind = 'invoice'
    and refund.amount > coalesce(named.amount, 0) + coalesce(surplus.amount, 0)
),

note as (
  select
    invoice_id as note_id,
    customer_id,
    currency,
    invoice_date as note_date,
    amount,
    gross_amount
  from waiting
  where references_invoice_id is null
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
    note.gross_amount,
    sum(note.amount) over (
      partition by note.customer_id, note.currency order by note.note_date, note.note_id
      rows between unbounded preceding and current row
    ) as amount_to
  from note
  inner join single on note.customer_id = single.customer_id and note.currency = single.currency
  where note.note_id not in (select note_id from equal)
),

-- several notes and refunded invoices are one thing where they are as much: which pays which makes no
-- difference to what is open, where no part of a note was paid back already
waiting_note as (
  select
    note_id,
    customer_id,
    currency,
    note_date,
    amount,
    sum(amount) over (
      partition by customer_id, currency order by note_date, note_id
      rows between unbounded preceding and current row
    ) as amount_to,
    sum(amount) over (partition by customer_id, currency) as total
  from note
  where amount = gross_amount and note_id not in (select note_id from equal)
),

waiting_refund as (
  select
    invoice_id,
    customer_id,
    currency,
    amount,
    sum(amount) over (
      partition by customer_id, currency order by invoice_date, invoice_id
      rows between unbounded preceding and current row
    ) as amount_to,
    sum(amount) over (partition by customer_id, currency) as total,
    count(*) over (partition by customer_id, currency) as invoices
  from refunded
  where invoice_id not in (select invoice_id from equal)
),

spread as (
  select
    waiting_note.note_id,
    waiting_refund.invoice_id,
    waiting_note.amount as note_amount,
    least(waiting_note.amount_to, waiting_refund.amount_to)
    - greatest(waiting_note.amount_to - waiting_note.amount, waiting_refund.amount_to - waiting_refund.amount)
      as amount
  from waiting_note
  inner join waiting_refund
    on
      waiting_note.customer_id = waiting_refund.customer_id
      and waiting_note.currency = waiting_refund.currency
      and waiting_note.total = waiting_refund.total
      and waiting_note.amount_to > waiting_refund.amount_to - waiting_refund.amount
      and waiting_refund.amount_to > waiting_note.amount_to - waiting_note.amount
  where waiting_refund.invoices > 1
),

found as (
  select
    equal.note_id,
    equal.invoice_id,
    note.gross_amount as amount,
    true as is_whole
  from equal
  inner join note on equal.note_id = note.note_id
  union all
  select
    note_id,
    invoice_id,
    gross_amount as amount,
    true as is_whole
  from gathered
  where amount_to <= amount
  union all
  select
    note_id,
    invoice_id,
    amount,
    amount = note_amount as is_whole
  from spread
)

select
  note_id,
  invoice_id,
  cast(amount as decimal(18, 4)) as amount,
  is_whole
from found
