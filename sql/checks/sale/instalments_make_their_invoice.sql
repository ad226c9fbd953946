-- check:    instalments_make_their_invoice
-- guards:   core.fct_open_item
-- severity: warn
-- zh:       发票的各期付款金额合计等于发票含税金额
-- en:       the instalments of an invoice add up to its gross amount
-- effect_zh: 差额作为单独一项列在发票到期日，逾期可能不准。
-- effect_en: The difference stands as an item of its own on the invoice's due date; overdue may be off.
-- asks:     finance
-- why:      what the terms leave out, or say too much, has no due date of its own: it is a remainder, below
--           nothing where they say too much
with stated as (
  select
    invoice_id,
    count(*) as parts,
    sum(amount) as amount,
    min(_load) as _load,
    min(_line) as _line
  from staging.invoice_instalment
  group by invoice_id
)

select
  stated.invoice_id,
  stated.amount,
  invoice.gross_amount,
  load.file,
  stated._line as line,
  concat(
    'the ', cast(stated.parts as varchar), ' instalments of invoice ', stated.invoice_id, ' make ',
    cast(cast(stated.amount as decimal(18, 2)) as varchar), ' and it is over ',
    cast(cast(invoice.gross_amount as decimal(18, 2)) as varchar), ': ',
    cast(cast(invoice.gross_amount - stated.amount as decimal(18, 2)) as varchar),
    ' is a part without terms'
  ) as problem
from stated
inner join core.fct_invoice as invoice on stated.invoice_id = invoice.invoice_id
left join mart.load as load on stated._load = load.load_id
where invoice.kind = 'invoice' and invoice.gross_amount <> stated.amount
