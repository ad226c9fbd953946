-- grain: one row per dirty instalment
-- why:   instalments of unknown invoices, a part too many with text for money
select
  * replace (stray('INV-', 1, _key) as 发票编号),
  'unknown_invoice' as _kind,
  'unknown_reference' as _rule,
  '发票编号' as _column,
  false as _replaces,
  1 as _sub
from export_invoice_instalment
where spoils('instalment invoice', _key, 1200)
union all
select
  * replace ((3 + 期次::int)::varchar as 期次, '待定' as 分期金额),
  'text_amount' as _kind,
  'not_a_number' as _rule,
  '分期金额' as _column,
  false as _replaces,
  2 as _sub
from export_invoice_instalment
where spoils('instalment amount', _key, 1200)
