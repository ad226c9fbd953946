-- check:    credit_notes_refer_to_posted
-- guards:   core.fct_invoice
-- severity: block
-- zh:       红字发票冲销的是已过账的发票
-- en:       a credit note refers to a posted invoice, not to a draft or a cancelled one
-- effect_zh: 冲减了并未应收的款项：应收可能偏低。
-- effect_en: What was never owed is credited: receivables may be too low.
-- asks:     finance
-- why:      what was never owed cannot be credited; the note would lower what others owe
select
  note.invoice_id,
  note.references_invoice_id,
  load.file,
  note._line as line,
  concat(
    'credit note ', note.invoice_id, ' refers to invoice ', note.references_invoice_id, ', which is ',
    case original.status when 'draft' then 'a draft' else 'cancelled' end,
    ': nothing is owed that it could credit'
  ) as problem
from staging.invoice as note
inner join staging.invoice as original on note.references_invoice_id = original.invoice_id
cross join core.parameter as parameter
left join mart.load as load on note._load = load.load_id
where
  note.kind = 'credit_note'
  and coalesce(note.status, 'posted') = 'posted'
  and original.status in ('draft', 'cancelled')
  and note.invoice_date <= parameter.as_of_date
