-- table: core.fct_settlement
-- grain: one row per dated entry that settles a document, or undoes a settlement
-- key:   item_kind, document_id, settled_date, kind, source_id, instalment_seq
-- why:   an open balance on any day is the document less the entries dated up to that day; a later
--        entry never leaks in. Numbers are unique within a kind of document, not across kinds. What an
--        invoice took beyond its amount leaves it again as `surplus` and is an item of its own,
--        `overpayment`; instalment_seq is 0 where an entry names none. Where no export has receipts, what a
--        document states as open says what was `stated` as settled, on no day that anybody knows: it is
--        dated on the due date, and is no cash
with allocation as (
  select
    receipt_id,
    invoice_id,
    item_kind,
    settled_date,
    bounced_date,
    coalesce(instalment_seq, 0) as instalment_seq,
    sum(amount) as amount,
    -sum(case when amount < 0 then amount else 0 end) as refunded,
    sum(receipt_amount) as receipt_amount,
    min(_load) as _load,
    min(_line) as _line
  from core.fct_allocation
  where amount is not null and receipt_amount is not null
  group by receipt_id, invoice_id, item_kind, settled_date, bounced_date, coalesce(instalment_seq, 0)
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
  where note.kind = 'credit_note'
),

-- what settles besides credit notes
moved as (
  select
    invoice_id,
    settled_date,
    amount,
    refunded
  from allocation
  union all
  select
    invoice_id,
    greatest(bounced_date, settled_date) as settled_date,
    -amount as amount,
    -refunded as refunded
  from allocation
  where bounced_date is not null
  union all
  select
    invoice_id,
    settled_date,
    amount,
    0 as refunded
  from write_off
),

-- seen from the credit note's day: cash that came and bounced by then is no cash
settled_before as (
  select
    credit_note.note_id,
    sum(moved.amount) as amount,
    sum(moved.amount + moved.refunded) as amount_before_refunds
  from credit_note
  inner join moved
    on credit_note.invoice_id = moved.invoice_id and credit_note.settled_date >= moved.settled_date
  group by credit_note.note_id
),

-- how much all notes up to this one may take together: never more than they are worth, nor than was
-- open on the day of any of them; what a refund opened again is for those that wait for it
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
      credit_note.credited_so_far,
      credit_note.invoice_amount - coalesce(settled_before.amount_before_refunds, 0)
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

noted as (
  select
    note_id,
    invoice_id,
    settled_date,
    credit_notes,
    amount,
    cast(
      case
        when credit_notes = 'keep_open' then 0
        when credit_notes = 'apply_when_it_fits' then case when is_fitting then amount else 0 end
        else greatest(least(amount, part_amount), 0)
      end
      as decimal(18, 4)
    ) as applied_amount,
    _load,
    _line
  from taken
),

-- what is paid back to the customer on the invoice itself opens it again: what waits of its notes takes
-- that, and no more, as if the money had been paid back on the notes
waiting as (
  select
    note_id,
    invoice_id,
    settled_date,
    amount - applied_amount as amount,
    sum(amount - applied_amount) over (
      partition by invoice_id order by settled_date, note_id rows between unbounded preceding and current row
    ) as waiting_to,
    _load,
    _line
  from noted
  where amount > applied_amount
),

-- on the day of a refund, and of a note that comes after it
looked_at as (
  select
    invoice_id,
    settled_date
  from allocation
  where refunded > 0
  union
  select
    invoice_id,
    settled_date
  from waiting
),

refund_day as (
  select
    day.invoice_id,
    day.settled_date,
    sum(allocation.refunded) as refunded_to
  from looked_at as day
  inner join allocation
    on
      day.invoice_id = allocation.invoice_id
      and day.settled_date >= allocation.settled_date
      and allocation.refunded > 0
  where day.invoice_id in (select invoice_id from waiting)
  group by day.invoice_id, day.settled_date
),

other as (
  select
    invoice_id,
    settled_date,
    amount
  from moved
  union all
  select
    invoice_id,
    settled_date,
    applied_amount as amount
  from noted
),

reopened as (
  select
    day.invoice_id,
    day.settled_date,
    day.refunded_to,
    greatest(invoice.gross_amount - sum(other.amount), 0) as open_amount
  from refund_day as day
  inner join core.fct_invoice as invoice on day.invoice_id = invoice.invoice_id
  inner join other on day.invoice_id = other.invoice_id and day.settled_date >= other.settled_date
  group by day.invoice_id, day.settled_date, day.refunded_to, invoice.gross_amount
),

refilled as (
  select
    reopened.invoice_id,
    reopened.settled_date,
    max(least(reopened.open_amount, reopened.refunded_to, max(waiting.waiting_to))) over (
      partition by reopened.invoice_id order by reopened.settled_date
      rows between unbounded preceding and current row
    ) as refilled_to
  from reopened
  inner join waiting
    on reopened.invoice_id = waiting.invoice_id and reopened.settled_date >= waiting.settled_date
  group by reopened.invoice_id, reopened.settled_date, reopened.open_amount, reopened.refunded_to
),

refill as (
  select
    invoice_id,
    settled_date,
    coalesce(lag(refilled_to) over (partition by invoice_id order by settled_date), 0) as refilled_from,
    refilled_to
  from refilled
),

applied_note as (
  select
    note_id,
    invoice_id,
    settled_date,
    applied_amount as amount,
    _load,
    _line
  from noted
  where applied_amount > 0
  union all
  select
    waiting.note_id,
    waiting.invoice_id,
    refill.settled_date,
    cast(
      least(waiting.waiting_to, refill.refilled_to)
      - greatest(waiting.waiting_to - waiting.amount, refill.refilled_from)
      as decimal(18, 4)
    ) as amount,
    waiting._load,
    waiting._line
  from waiting
  inner join refill
    on waiting.invoice_id = refill.invoice_id and waiting.settled_date <= refill.settled_date
  where
    least(waiting.waiting_to, refill.refilled_to)
    > greatest(waiting.waiting_to - waiting.amount, refill.refilled_from)
),

entry as (
  select
    item_kind,
    invoice_id as document_id,
    settled_date,
    'cash' as kind,
    receipt_id as source_id,
    instalment_seq,
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
    instalment_seq,
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
    0 as instalment_seq,
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
    0 as instalment_seq,
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
    0 as instalment_seq,
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
    instalment_seq,
    -receipt_amount as amount,
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
    0 as instalment_seq,
    -(receipt.amount - coalesce(sum(allocation.receipt_amount), 0)) as amount,
    receipt._load,
    receipt._line
  from receipt
  left join allocation
    on receipt.receipt_id = allocation.receipt_id and receipt.bounced_date > allocation.settled_date
  where receipt.bounced_date is not null
  group by receipt.receipt_id, receipt.bounced_date, receipt.amount, receipt._load, receipt._line
),

-- what a document says is open, where no export says what was paid
asked as (
  select
    invoice.invoice_id,
    invoice.kind as item_kind,
    cast(
      greatest(
        invoice.invoice_date, least(coalesce(invoice.due_date, invoice.invoice_date), parameter.as_of_date)
      ) as date
    ) as settled_date,
    invoice.gross_amount,
    -- credit notes are open with either sign, the balance of an invoice may be the customer's own
    case when invoice.kind = 'credit_note' then -abs(staged.open_amount) else staged.open_amount end
      as open_amount,
    staged._load,
    staged._line
  from core.fct_invoice as invoice
  inner join staging.invoice as staged on invoice.invoice_id = staged.invoice_id
  cross join core.parameter as parameter
  where
    staged.open_amount is not null
    and (select count(*) from core.fct_receipt) = 0
),

stated as (
  select
    asked.item_kind,
    asked.invoice_id as document_id,
    asked.settled_date,
    'stated' as kind,
    asked.invoice_id as source_id,
    0 as instalment_seq,
    case
      when asked.item_kind = 'credit_note'
        then least(asked.gross_amount - asked.open_amount - coalesce(sum(entry.amount), 0), 0)
      else greatest(asked.gross_amount - asked.open_amount - coalesce(sum(entry.amount), 0), 0)
    end as amount,
    asked._load,
    asked._line
  from asked
  left join entry on asked.invoice_id = entry.document_id and asked.item_kind = entry.item_kind
  group by
    asked.invoice_id,
    asked.item_kind,
    asked.settled_date,
    asked.gross_amount,
    asked.open_amount,
    asked._load,
    asked._line
),

settling as (
  select
    item_kind,
    document_id,
    settled_date,
    kind,
    source_id,
    instalment_seq,
    amount,
    _load,
    _line
  from entry
  union all
  select
    item_kind,
    document_id,
    settled_date,
    kind,
    source_id,
    instalment_seq,
    amount,
    _load,
    _line
  from stated
),

-- of what is dated on one day, cash comes last: it is what a note or a write-off left it
over_settled as (
  select entry.document_id
  from settling as entry
  inner join core.fct_invoice as invoice on entry.document_id = invoice.invoice_id
  where entry.item_kind = 'invoice' and entry.amount > 0
  group by entry.document_id, invoice.gross_amount
  having sum(entry.amount) > invoice.gross_amount
),

running as (
  select
    entry.document_id,
    entry.settled_date,
    entry.source_id,
    entry.amount,
    invoice.gross_amount,
    sum(entry.amount) over (
      partition by entry.document_id
      order by
        entry.settled_date,
        entry.amount > 0,
        case entry.kind when 'credit_note' then 0 when 'write_off' then 1 else 2 end,
        entry.source_id,
        entry.instalment_seq
      rows between unbounded preceding and current row
    ) as settled_to,
    entry._load,
    entry._line
  from settling as entry
  inner join over_settled on entry.document_id = over_settled.document_id
  inner join core.fct_invoice as invoice on entry.document_id = invoice.invoice_id
  where entry.item_kind = 'invoice'
),

surplus as (
  select
    document_id,
    settled_date,
    source_id,
    sum(
      greatest(settled_to - gross_amount, 0) - greatest(settled_to - amount - gross_amount, 0)
    ) as amount,
    min(_load) as _load,
    min(_line) as _line
  from running
  group by document_id, settled_date, source_id
),

whole as (
  select
    item_kind,
    document_id,
    settled_date,
    kind,
    source_id,
    instalment_seq,
    amount,
    _load,
    _line
  from settling
  union all
  select
    'invoice' as item_kind,
    document_id,
    settled_date,
    'surplus' as kind,
    source_id,
    0 as instalment_seq,
    -amount as amount,
    _load,
    _line
  from surplus
  union all
  select
    'overpayment' as item_kind,
    document_id,
    settled_date,
    'surplus' as kind,
    source_id,
    0 as instalment_seq,
    amount,
    _load,
    _line
  from surplus
)

select
  entry.item_kind,
  entry.document_id,
  entry.settled_date,
  entry.kind,
  entry.source_id,
  entry.instalment_seq,
  cast(entry.amount as decimal(18, 4)) as amount,
  entry.settled_date <= parameter.as_of_date as is_known,
  entry._load,
  entry._line
from whole as entry
cross join core.parameter as parameter
where entry.amount <> 0
