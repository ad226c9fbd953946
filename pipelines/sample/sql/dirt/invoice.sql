-- grain: one row per dirty invoice
-- why:   mostly extra rows, so that the clean ones still tie; a few real, open invoices without any
--        other document become unreadable: the ledger knows them, the sub-ledger cannot
with untouched as (
  select invoice.invoice_no
  from invoice
  where
    invoice.kind = 'invoice' and invoice.status = 'posted' and invoice.currency = 'CNY'
    and not invoice.has_instalments and invoice.credited_cents = 0
    and invoice.invoice_no not in (select invoice_no from receipt_allocation)
    and invoice.invoice_no not in (select invoice_no from write_off)
),

lost as (
  select invoice_no
  from untouched
  order by draw('lost invoice', invoice_no), invoice_no
  limit getvariable('lost_invoices')
)

select
  * replace (pick('unreadable', _key, ['#N/A', '待定', '#REF!']) as 价税合计),
  'unreadable_real_amount' as _kind,
  'not_a_number' as _rule,
  '价税合计' as _column,
  true as _replaces,
  0 as _sub
from export_invoice
where _key in (select invoice_no from lost)
union all
select
  * replace (
    stray('INV-', 1, _key) as 发票编号, stray('CUST-', 2, _key) as 客户编号,
    null as 订单编号, null as 合同编号, null as 对应蓝字发票
  ),
  'unknown_customer' as _kind,
  'unknown_reference' as _rule,
  '客户编号' as _column,
  false as _replaces,
  1 as _sub
from export_invoice
where spoils('invoice customer', _key, 700)
union all
select
  * replace (stray('INV-', 3, _key) as 发票编号, '2026-02-31' as 开票日期),
  'impossible_date' as _kind,
  'not_a_date' as _rule,
  '开票日期' as _column,
  false as _replaces,
  2 as _sub
from export_invoice
where spoils('invoice date', _key, 700)
union all
select
  * replace (stray('INV-', 4, _key) as 发票编号, '面议' as 不含税金额),
  'text_amount' as _kind,
  'not_a_number' as _rule,
  '不含税金额' as _column,
  false as _replaces,
  3 as _sub
from export_invoice
where spoils('invoice amount', _key, 500)
union all
select
  *,
  'exact_duplicate' as _kind,
  'duplicate_key' as _rule,
  '发票编号' as _column,
  false as _replaces,
  4 as _sub
from export_invoice
where spoils('invoice twice', _key, 700) and _key not in (select invoice_no from lost)
union all
select
  * replace (yuan_text(_cents + 100000) as 价税合计),
  'differing_duplicate' as _kind,
  'duplicate_key' as _rule,
  '发票编号' as _column,
  false as _replaces,
  5 as _sub
from export_invoice
where
  spoils('invoice differs', _key, 400) and not spoils('invoice twice', _key, 700)
  and _key not in (select invoice_no from lost)
