-- grain: one row per dirty allocation
-- why:   allocations of receipts or invoices nobody knows, rows exported twice
select
  * replace (stray('RCV-', 1, _key % 100000000) as 收款编号),
  'unknown_receipt' as _kind,
  'unknown_reference' as _rule,
  '收款编号' as _column,
  false as _replaces,
  1 as _sub
from export_receipt_allocation
where spoils('allocation receipt', _key, 700)
union all
select
  * replace (stray('INV-', 2, _key % 100000000) as 发票编号),
  'unknown_invoice' as _kind,
  'unknown_reference' as _rule,
  '发票编号' as _column,
  false as _replaces,
  2 as _sub
from export_receipt_allocation
where spoils('allocation invoice', _key, 700)
union all
select
  *,
  'exact_duplicate' as _kind,
  'duplicate_key' as _rule,
  '收款编号' as _column,
  false as _replaces,
  3 as _sub
from export_receipt_allocation
where spoils('allocation twice', _key, 700)
