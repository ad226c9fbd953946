-- table: core.refund_allocation
-- grain: one row per refund that no export allocates, and document it pays back
-- key:   receipt_id, invoice_id
-- why:   a refund that is booked on its customer alone pays back what the customer has too much: of an
--        invoice that cash, notes and write-offs settled beyond its amount, its notes in their order and
--        then the rest; a note that refers to no invoice. Refunds and these of a customer and currency
--        belong together where they are equal, the first to the first; of what is left, where it is one
--        document, as far as the refunds reach, and where both are as much, in order. What might as well
--        return money on account of the same amount stays where it is
with receipt as (
  select
    receipt.receipt_id,
    receipt.customer_id,
    receipt.counted_date,
    receipt.amount,
    coalesce(receipt.currency, parameter.base_currency) as currency,
    receipt._load,
    receipt._line
  from core.fct_receipt as receipt
  cross join core.parameter as parameter
  where
    receipt.counted_date <= parameter.as_of_date
    and (receipt.bounced_date is null or receipt.bounced_date > parameter.as_of_date)
    and receipt.customer_id is not null
),

on_account as (
  select
    receipt.receipt_id,
    receipt.customer_id,
    receipt.counted_date,
    receipt.amount,
    receipt.currency,
    receipt._load,
    receipt._line
  from receipt
  where receipt.receipt_id not in (select allocation.receipt_id from staging.receipt_allocation as allocation)
),

refund as (
  select
    on_account.receipt_id,
    on_account.customer_id,
    on_account.counted_date,
    on_account.currency,
    -on_account.amount as amount,
    on_account._load,
    on_account._line
  from on_account
  left join on_account as kept
    on
      on_account.customer_id = kept.customer_id
      and on_account.currency = kept.currency
      and on_account.amount = -kept.amount
  where on_account.amount < 0 and kept.receipt_id is null
),

-- only customers who were paid something back
asked as (
  select document.*
  from core.posted_document as document
  inner join (select distinct
    customer_id,
    currency
  from refund) as refunded
    on document.customer_id = refunded.customer_id and document.currency = refunded.currency
  -- a note that was paid back on invoices is none of those that wait
  where document.invoice_id not in (select refund.note_id from core.credit_note_refund as refund)
),

paid as (
  select
    asked.invoice_id,
    sum(allocation.amount) as amount,
    -- what was paid in another currency is not compared here
    count(case when coalesce(allocation.currency, receipt.currency) <> asked.currency then 1 end)
      as foreign_count
  from asked
  inner join staging.receipt_allocation as allocation on asked.invoice_id = allocation.invoice_id
  inner join receipt on allocation.receipt_id = receipt.receipt_id
  group by asked.invoice_id
),

written_off as (
  select
    invoice_id,
    sum(amount) as amount
  from staging.write_off
  cross join core.parameter as parameter
  where written_off_date <= parameter.as_of_date
  group by invoice_id
),

note as (
  select
    note.invoice_id as note_id,
    note.references_invoice_id as invoice_id,
    note.invoice_date,
    note.gross_amount + coalesce(paid.amount, 0) as amount,
    sum(note.gross_amount + coalesce(paid.amount, 0)) over (
      partition by note.references_invoice_id order by note.invoice_date, note.invoice_id
      rows between unbounded preceding and current row
    ) as amount_to,
    sum(note.gross_amount + coalesce(paid.amount, 0)) over (partition by note.references_invoice_id) as total
  from asked as note
  left join paid on note.invoice_id = paid.invoice_id
  where note.kind = 'credit_note' and note.references_invoice_id is not null
),

over_settled as (
  select
    asked.invoice_id,
    asked.customer_id,
    asked.currency,
    asked.invoice_date,
    paid.amount + coalesce(written_off.amount, 0) + coalesce(max(note.total), 0) - asked.gross_amount
      as amount
  from asked
  inner join paid on asked.invoice_id = paid.invoice_id
  left join written_off on asked.invoice_id = written_off.invoice_id
  left join note on asked.invoice_id = note.invoice_id
  where asked.kind = 'invoice' and paid.foreign_count = 0
  group by
    asked.invoice_id,
    asked.customer_id,
    asked.currency,
    asked.invoice_date,
    asked.gross_amount,
    paid.amount,
    written_off.amount
),

owed as (
  select
    note.note_id as document_id,
    over_settled.customer_id,
    over_settled.currency,
    note.invoice_date,
    least(note.amount_to, over_settled.amount) - (note.amount_to - note.amount) as amount
  from over_settled
  inner join note on over_settled.invoice_id = note.invoice_id
  where over_settled.amount > note.amount_to - note.amount
  union all
  select
    over_settled.invoice_id as document_id,
    over_settled.customer_id,
    over_settled.currency,
    over_settled.invoice_date,
    over_settled.amount - coalesce(max(note.total), 0) as amount
  from over_settled
  left join note on over_settled.invoice_id = note.invoice_id
  group by
    over_settled.invoice_id,
    over_settled.customer_id,
    over_settled.currency,
    over_settled.invoice_date,
    over_settled.amount
  having over_settled.amount > coalesce(max(note.total), 0)
  union all
  select
    asked.invoice_id as document_id,
    asked.customer_id,
    asked.currency,
    asked.invoice_date,
    asked.gross_amount as amount
  from asked
  left join paid on asked.invoice_id = paid.invoice_id
  where
    asked.kind = 'credit_note' and asked.references_invoice_id is null
    and paid.invoice_id is null
),

equal as (
  select
    refund.receipt_id,
    owed.document_id,
    refund.amount
  from (
    select
      refund.*,
      row_number() over (
        partition by refund.customer_id, refund.currency, refund.amount
        order by refund.counted_date, refund.receipt_id
      ) as place
    from refund
  ) as refund
  inner join (
    select
      owed.*,
      row_number() over (
        partition by owed.customer_id, owed.currency, owed.amount order by owed.invoice_date, owed.document_id
      ) as place
    from owed
    where owed.amount > 0
  ) as owed
    on
      refund.customer_id = owed.customer_id
      and refund.currency = owed.currency
      and refund.amount = owed.amount
      and refund.place = owed.place
),

other_refund as (
  select
    receipt_id,
    customer_id,
    currency,
    amount,
    sum(amount) over (
      partition by customer_id, currency order by counted_date, receipt_id
      rows between unbounded preceding and current row
    ) as amount_to,
    sum(amount) over (partition by customer_id, currency) as total
  from refund
  where receipt_id not in (select equal.receipt_id from equal)
),

other_owed as (
  select
    document_id,
    customer_id,
    currency,
    amount,
    sum(amount) over (
      partition by customer_id, currency order by invoice_date, document_id
      rows between unbounded preceding and current row
    ) as amount_to,
    sum(amount) over (partition by customer_id, currency) as total,
    count(*) over (partition by customer_id, currency) as documents
  from owed
  where amount > 0 and document_id not in (select equal.document_id from equal)
),

found as (
  select
    receipt_id,
    document_id,
    amount
  from equal
  union all
  select
    other_refund.receipt_id,
    other_owed.document_id,
    least(other_refund.amount_to, other_owed.amount_to)
    - greatest(other_refund.amount_to - other_refund.amount, other_owed.amount_to - other_owed.amount)
      as amount
  from other_refund
  inner join other_owed
    on
      other_refund.customer_id = other_owed.customer_id
      and other_refund.currency = other_owed.currency
      and (other_refund.total = other_owed.total or other_owed.documents = 1)
      and other_refund.amount_to > other_owed.amount_to - other_owed.amount
      and other_owed.amount_to > other_refund.amount_to - other_refund.amount
)

select
  refund.receipt_id,
  found.document_id as invoice_id,
  refund.counted_date as allocated_date,
  refund.currency,
  cast(-found.amount as decimal(18, 4)) as amount,
  refund._load,
  refund._line
from found
inner join refund on found.receipt_id = refund.receipt_id
