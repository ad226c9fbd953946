-- grain: one row per dirty customer
-- why:   customers entered twice, one without a name
select
  *,
  'exact_duplicate' as _kind,
  'duplicate_key' as _rule,
  '客户编号' as _column,
  false as _replaces,
  1 as _sub
from export_customer
where spoils('customer twice', _key, 850)
union all
select
  * replace (replace(客户名称, '有限公司', '股份有限公司') as 客户名称),
  'differing_duplicate' as _kind,
  'duplicate_key' as _rule,
  '客户编号' as _column,
  false as _replaces,
  2 as _sub
from export_customer
where spoils('customer differs', _key, 850) and not spoils('customer twice', _key, 850)
union all
select
  * replace (stray('CUST-', 1, _key) as 客户编号, null as 客户名称),
  'missing_name' as _kind,
  'missing_required' as _rule,
  '客户名称' as _column,
  false as _replaces,
  3 as _sub
from export_customer
where spoils('customer name', _key, 850)
