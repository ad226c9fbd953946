-- check:    stated_balances_agree
-- guards:   core.fct_settlement
-- severity: warn
-- zh:       导出中的未收余额等于发票金额减去收款、贷项与核销
-- en:       the balance that an export states is the document less its receipts, credit notes and write-offs
-- effect_zh: 以收款记录为准；系统给出的余额与之不同。
-- effect_en: The receipts count; the balances that the system states differ from them.
-- asks:     finance
-- why:      where both are given they are two accounts of one thing; receipts count, the balance is compared
with settled as (
  select
    item_kind,
    document_id,
    sum(amount) as amount
  from core.fct_settlement
  where kind <> 'surplus'
  group by item_kind, document_id
),

compared as (
  select
    invoice.invoice_id,
    invoice.kind,
    invoice.gross_amount - coalesce(settled.amount, 0) as open_amount,
    case when invoice.kind = 'credit_note' then -abs(staged.open_amount) else staged.open_amount end
      as stated_amount,
    staged._load,
    staged._line
  from core.fct_invoice as invoice
  inner join staging.invoice as staged on invoice.invoice_id = staged.invoice_id
  left join settled
    on invoice.invoice_id = settled.document_id and invoice.kind = settled.item_kind
  where staged.open_amount is not null
)

select
  compared.invoice_id,
  compared.stated_amount,
  compared.open_amount,
  load.file,
  compared._line as line,
  concat(
    compared.kind, ' ', compared.invoice_id, ' states a balance of ',
    cast(cast(compared.stated_amount as decimal(18, 2)) as varchar),
    ', and what settles it leaves ', cast(cast(compared.open_amount as decimal(18, 2)) as varchar)
  ) as problem
from compared
left join mart.load as load on compared._load = load.load_id
where compared.stated_amount <> compared.open_amount
