-- grain: one row per dirty customer
-- why:   customers entered twice, one without a name
select *, 'exact_duplicate' as _kind, 'duplicate_key' as _rule, '客户编号' as _column, false as _replaces, 1 as _sub
from export_customer where spoils('customer twice', _key, 850)
union all
select * replace (replace("客户名称", '有限公司', '股份有限公司') as "客户名称"),
    'differing_duplicate', 'duplicate_key', '客户编号', false, 2
from export_customer where spoils('customer differs', _key, 850) and not spoils('customer twice', _key, 850)
union all
select * replace (stray('CUST-', 1, _key) as "客户编号", null as "客户名称"), 'missing_name', 'missing_required', '客户名称', false, 3
from export_customer where spoils('customer name', _key, 850)
