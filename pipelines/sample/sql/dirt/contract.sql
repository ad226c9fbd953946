-- grain: one row per dirty contract
-- why:   extra rows only: real contracts carry orders and invoices
select
  * replace (stray('CT-', 1, _key) as 合同编号, null as 商机编号, null as 负责人工号),
  'missing_owner' as _kind,
  'missing_required' as _rule,
  '负责人工号' as _column,
  false as _replaces,
  1 as _sub
from export_contract
where spoils('contract owner', _key, 750)
union all
select
  * replace (stray('CT-', 2, _key) as 合同编号, null as 商机编号, '2026-02-31 11:00' as 签订时间),
  'impossible_date' as _kind,
  'not_a_date' as _rule,
  '签订时间' as _column,
  false as _replaces,
  2 as _sub
from export_contract
where spoils('contract date', _key, 600)
union all
select
  * replace (stray('CT-', 3, _key) as 合同编号, null as 商机编号, '待定' as 不含税金额),
  'text_amount' as _kind,
  'not_a_number' as _rule,
  '不含税金额' as _column,
  false as _replaces,
  3 as _sub
from export_contract
where spoils('contract amount', _key, 750)
union all
select
  *,
  'exact_duplicate' as _kind,
  'duplicate_key' as _rule,
  '合同编号' as _column,
  false as _replaces,
  4 as _sub
from export_contract
where spoils('contract twice', _key, 750)
union all
select
  * replace (yuan_grouped(_cents + 880000) as 不含税金额),
  'differing_duplicate' as _kind,
  'duplicate_key' as _rule,
  '合同编号' as _column,
  false as _replaces,
  5 as _sub
from export_contract
where spoils('contract differs', _key, 500) and not spoils('contract twice', _key, 750)
