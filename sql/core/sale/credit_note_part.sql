-- table: core.credit_note_part
-- kind:  view
-- grain: one row per credit note and invoice that it takes back
-- key:   note_id, invoice_id
-- why:   whose a note is: the invoice it refers to, or each of those on which it was paid back
--        (core.credit_note_refund). Parts are gross and above nothing; amount_to runs to the whole of the
--        note, so that whatever is split by it is handed out to the last cent
with part as (
  select
    invoice_id as note_id,
    references_invoice_id as invoice_id,
    -gross_amount as amount
  from core.fct_invoice
  where kind = 'credit_note' and references_invoice_id is not null
  union all
  select
    refund.note_id,
    refund.invoice_id,
    refund.amount
  from core.credit_note_refund as refund
  where not refund.is_whole
)

select
  note_id,
  invoice_id,
  amount,
  sum(amount) over (
    partition by note_id order by invoice_id rows between unbounded preceding and current row
  ) as amount_to,
  sum(amount) over (partition by note_id) as whole_amount,
  count(*) over (partition by note_id) > 1 as is_shared
from part
