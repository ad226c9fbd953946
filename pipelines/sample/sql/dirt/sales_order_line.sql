-- grain: one row per dirty order line
-- why:   extra lines numbered from 910: negative quantities, unknown products, text for money
select
  * replace ('91' || 行号 as 行号, '-5' as 数量),
  'negative_quantity' as _kind,
  'out_of_range' as _rule,
  '数量' as _column,
  false as _replaces,
  1 as _sub
from export_sales_order_line
where spoils('line quantity', _key, 850)
union all
select
  * replace ('92' || 行号 as 行号, 'P-999' as 产品编号),
  'unknown_product' as _kind,
  'unknown_reference' as _rule,
  '产品编号' as _column,
  false as _replaces,
  2 as _sub
from export_sales_order_line
where spoils('line product', _key, 500)
union all
select
  * replace ('93' || 行号 as 行号, '#N/A' as 不含税金额),
  'text_amount' as _kind,
  'not_a_number' as _rule,
  '不含税金额' as _column,
  false as _replaces,
  3 as _sub
from export_sales_order_line
where spoils('line amount', _key, 850)
union all
select
  *,
  'exact_duplicate' as _kind,
  'duplicate_key' as _rule,
  '订单编号' as _column,
  false as _replaces,
  4 as _sub
from export_sales_order_line
where spoils('line twice', _key, 700)
