-- grain: one row per dirty deal
-- why:   extra rows only: real deals carry changes, quotes and contracts
select
  * replace (stray('OPP-', 1, _key) as 商机编号, null as 负责人工号, null as 线索编号),
  'missing_owner' as _kind,
  'missing_required' as _rule,
  '负责人工号' as _column,
  false as _replaces,
  1 as _sub
from export_opportunity
where spoils('deal owner', _key, 600)
union all
select
  * replace (stray('OPP-', 2, _key) as 商机编号, '立项评审' as 销售阶段, null as 线索编号),
  'unknown_stage' as _kind,
  'unknown_value' as _rule,
  '销售阶段' as _column,
  false as _replaces,
  2 as _sub
from export_opportunity
where spoils('deal stage', _key, 600)
union all
select
  * replace (stray('OPP-', 3, _key) as 商机编号, '2024-10-08 09:30' as 关闭时间, null as 线索编号),
  'closed_before_created' as _kind,
  'impossible_order' as _rule,
  '关闭时间' as _column,
  false as _replaces,
  3 as _sub
from export_opportunity
where spoils('deal order', _key, 1700) and 状态 = '赢单'
union all
select
  * replace (
    stray('OPP-', 4, _key) as 商机编号, pick('no amount', _key, ['面议', '待定', '#N/A']) as 预计金额,
    null as 线索编号
  ),
  'text_amount' as _kind,
  'not_a_number' as _rule,
  '预计金额' as _column,
  false as _replaces,
  4 as _sub
from export_opportunity
where spoils('deal amount', _key, 700)
union all
select
  * replace (stray('OPP-', 5, _key) as 商机编号, '2025-06-31 14:00' as 创建时间, null as 线索编号),
  'impossible_date' as _kind,
  'not_a_date' as _rule,
  '创建时间' as _column,
  false as _replaces,
  5 as _sub
from export_opportunity
where spoils('deal date', _key, 400)
union all
select
  *,
  'exact_duplicate' as _kind,
  'duplicate_key' as _rule,
  '商机编号' as _column,
  false as _replaces,
  6 as _sub
from export_opportunity
where spoils('deal twice', _key, 500)
union all
select
  * replace (yuan_text(_cents + 100000) as 预计金额),
  'differing_duplicate' as _kind,
  'duplicate_key' as _rule,
  '商机编号' as _column,
  false as _replaces,
  7 as _sub
from export_opportunity
where spoils('deal differs', _key, 350) and not spoils('deal twice', _key, 500)
