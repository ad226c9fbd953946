-- grain: one row per dirty order line
-- why:   extra lines numbered from 910: negative quantities, unknown products, text for money
select * replace ('91' || "行号" as "行号", '-5' as "数量"), 'negative_quantity' as _kind, 'out_of_range' as _rule,
    '数量' as _column, false as _replaces, 1 as _sub
from export_sales_order_line where spoils('line quantity', _key, 850)
union all
select * replace ('92' || "行号" as "行号", 'P-999' as "产品编号"), 'unknown_product', 'unknown_reference', '产品编号', false, 2
from export_sales_order_line where spoils('line product', _key, 500)
union all
select * replace ('93' || "行号" as "行号", '#N/A' as "不含税金额"), 'text_amount', 'not_a_number', '不含税金额', false, 3
from export_sales_order_line where spoils('line amount', _key, 850)
union all
select *, 'exact_duplicate', 'duplicate_key', '订单编号', false, 4
from export_sales_order_line where spoils('line twice', _key, 700)
