-- grain: one row per dirty order
-- why:   extra rows only: real orders carry lines and invoices
select
  * replace (
    stray('SO-', 1, _key) as 订单编号, stray('CUST-', 2, _key) as 客户编号, null as 合同编号,
    null as 商机编号
  ),
  'unknown_customer' as _kind,
  'unknown_reference' as _rule,
  '客户编号' as _column,
  false as _replaces,
  1 as _sub
from export_sales_order
where spoils('order customer', _key, 700)
union all
select
  * replace (stray('SO-', 3, _key) as 订单编号, '2025-11-31' as 下单日期, null as 合同编号, null as 商机编号),
  'impossible_date' as _kind,
  'not_a_date' as _rule,
  '下单日期' as _column,
  false as _replaces,
  2 as _sub
from export_sales_order
where spoils('order date', _key, 700)
union all
select
  *,
  'exact_duplicate' as _kind,
  'duplicate_key' as _rule,
  '订单编号' as _column,
  false as _replaces,
  3 as _sub
from export_sales_order
where spoils('order twice', _key, 850)
