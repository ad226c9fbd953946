-- table: core.fct_settlement
-- grain: one row per dated entry that settles a document, or undoes a settlement
-- key:   item_kind, document_id, settled_date, kind, source_id
-- why:   an open balance on any day is the document less the entries dated up to that day; a later
--        entry never leaks in. Numbers are unique within a kind of document, not across kinds
with allocation as (
  select
    allocation.receipt_id,
    allocation.invoice_id,
    invoice.kind as item_kind,
    greatest(allocation.allocated_date, receipt.counted_date, invoice.invoice_date) as settled_date,
    receipt.bounced_date,
    allocation.amount,
    allocation._load,
    allocation._line
  from staging.receipt_allocation as allocation
  inner join core.fct_receipt as receipt on allocation.receipt_id = receipt.receipt_id
  inner join core.fct_invoice as invoice on allocation.invoice_id = invoice.invoice_id
),

receipt as (
  select
    receipt_id,
    case when bounced_date is not null then greatest(bounced_date, counted_date) end as bounced_date,
    amount,
    _load,
    _line
  from core.fct_receipt
),

write_off as (
  select
    write_off.invoice_id,
    invoice.kind as item_kind,
    greatest(write_off.written_off_date, invoice.invoice_date) as settled_date,
    write_off.amount,
    write_off._load,
    write_off._line
  from staging.write_off as write_off
  inner join core.fct_invoice as invoice on write_off.invoice_id = invoice.invoice_id
),

-- a credit note settles the invoice it refers to; policy says whether only as a whole, up to what is
-- open on its day, or not at all
credit_note as (
  select
    note.invoice_id as note_id,
    note.references_invoice_id as invoice_id,
    note.invoice_date as note_date,
    greatest(note.invoice_date, invoice.invoice_date) as settled_date,
    -note.gross_amount as amount,
    invoice.gross_amount as invoice_amount,
    policy.credit_notes,
    sum(-note.gross_amount) over (
      partition by note.references_invoice_id order by note.invoice_date, note.invoice_id
      rows between unbounded preceding and current row
    ) as credited_so_far,
    note._load,
    note._line
  from core.fct_invoice as note
  cross join policy.receivable as policy
  inner join core.fct_invoice as invoice
    on
      note.references_invoice_id = invoice.invoice_id
      and invoice.kind = 'invoice'
      and note.currency = invoice.currency
  where note.kind = 'credit_note' and policy.credit_notes <> 'keep_open'
),

-- the same entries, seen from the credit note's day: cash that came and bounced by then is no cash
settled_before as (
  select
    credit_note.note_id,
    sum(entry.amount) as amount
  from credit_note
  inner join (
    select
      invoice_id,
      settled_date,
      amount
    from allocation
    union all
    select
      invoice_id,
      greatest(bounced_date, settled_date) as settled_date,
      -amount as amount
    from allocation
    where bounced_date is not null
    union all
    select
      invoice_id,
      settled_date,
      amount
    from write_off
  ) as entry
    on credit_note.invoice_id = entry.invoice_id and credit_note.settled_date >= entry.settled_date
  group by credit_note.note_id
),

-- how much all notes up to this one may take together: never more than they are worth, nor than was
-- open on the day of any of them
credited as (
  select
    credit_note.note_id,
    credit_note.invoice_id,
    credit_note.note_date,
    credit_note.settled_date,
    credit_note.amount,
    credit_note.credit_notes,
    credit_note.credited_so_far <= credit_note.invoice_amount - coalesce(settled_before.amount, 0)
      as is_fitting,
    max(greatest(least(
      credit_note.credited_so_far, credit_note.invoice_amount - coalesce(settled_before.amount, 0)
    ), 0)) over (
      partition by credit_note.invoice_id order by credit_note.note_date, credit_note.note_id
      rows between unbounded preceding and current row
    ) as taken_so_far,
    credit_note._load,
    credit_note._line
  from credit_note
  left join settled_before on credit_note.note_id = settled_before.note_id
),

taken as (
  select
    note_id,
    invoice_id,
    settled_date,
    amount,
    credit_notes,
    is_fitting,
    taken_so_far - coalesce(
      lag(taken_so_far) over (partition by invoice_id order by note_date, note_id), 0
    ) as part_amount,
    _load,
    _line
  from credited
),

applied_note as (
  select
    note_id,
    invoice_id,
    settled_date,
    cast(
      case when credit_notes = 'apply_when_it_fits' then amount else least(amount, part_amount) end
      as decimal(18, 4)
    ) as amount,
    _load,
    _line
  from taken
  where case when credit_notes = 'apply_when_it_fits' then is_fitting else part_amount > 0 end
),

entry as (
  select
    item_kind,
    invoice_id as document_id,
    settled_date,
    'cash' as kind,
    receipt_id as source_id,
    amount,
    _load,
    _line
  from allocation
  union all
  select
    item_kind,
    invoice_id as document_id,
    greatest(bounced_date, settled_date) as settled_date,
    'bounce' as kind,
    receipt_id as source_id,
    -amount as amount,
    _load,
    _line
  from allocation
  where bounced_date is not null
  union all
  select
    item_kind,
    invoice_id as document_id,
    settled_date,
    'write_off' as kind,
    invoice_id as source_id,
    amount,
    _load,
    _line
  from write_off
  union all
  select
    'invoice' as item_kind,
    invoice_id as document_id,
    settled_date,
    'credit_note' as kind,
    note_id as source_id,
    amount,
    _load,
    _line
  from applied_note
  union all
  -- what takes a negative item away: the application of the note, the allocation of the receipt
  select
    'credit_note' as item_kind,
    note_id as document_id,
    settled_date,
    'applied' as kind,
    invoice_id as source_id,
    -amount as amount,
    _load,
    _line
  from applied_note
  union all
  select
    'receipt' as item_kind,
    receipt_id as document_id,
    settled_date,
    'applied' as kind,
    invoice_id as source_id,
    -amount as amount,
    _load,
    _line
  from allocation
  where bounced_date is null or settled_date < bounced_date
  union all
  select
    'receipt' as item_kind,
    receipt.receipt_id as document_id,
    receipt.bounced_date as settled_date,
    'bounce' as kind,
    receipt.receipt_id as source_id,
    -(receipt.amount - coalesce(sum(allocation.amount), 0)) as amount,
    receipt._load,
    receipt._line
  from receipt
  left join allocation
    on receipt.receipt_id = allocation.receipt_id and receipt.bounced_date > allocation.settled_date
  where receipt.bounced_date is not null
  group by receipt.receipt_id, receipt.bounced_date, receipt.amount, receipt._load, receipt._line
)

select
  entry.item_kind,
  entry.document_id,
  entry.settled_date,
  entry.kind,
  entry.source_id,
  cast(entry.amount as decimal(18, 4)) as amount,
  entry.settled_date <= parameter.as_of_date as is_known,
  entry._load,
  entry._line
from entry
cross join core.parameter as parameter
where entry.amount <> 0
