-- grain: one row per dirty deal
-- why:   extra rows only: real deals carry changes, quotes and contracts
select * replace (stray('OPP-', 1, _key) as "商机编号", null as "负责人工号", null as "线索编号"),
    'missing_owner' as _kind, 'missing_required' as _rule, '负责人工号' as _column, false as _replaces, 1 as _sub
from export_opportunity where spoils('deal owner', _key, 600)
union all
select * replace (stray('OPP-', 2, _key) as "商机编号", '立项评审' as "销售阶段", null as "线索编号"),
    'unknown_stage', 'unknown_value', '销售阶段', false, 2
from export_opportunity where spoils('deal stage', _key, 600)
union all
select * replace (stray('OPP-', 3, _key) as "商机编号", '2024-10-08 09:30' as "关闭时间", null as "线索编号"),
    'closed_before_created', 'impossible_order', '关闭时间', false, 3
from export_opportunity where spoils('deal order', _key, 1700) and "状态" = '赢单'
union all
select * replace (stray('OPP-', 4, _key) as "商机编号", pick('no amount', _key, ['面议', '待定', '#N/A']) as "预计金额",
    null as "线索编号"), 'text_amount', 'not_a_number', '预计金额', false, 4
from export_opportunity where spoils('deal amount', _key, 700)
union all
select * replace (stray('OPP-', 5, _key) as "商机编号", '2025-06-31 14:00' as "创建时间", null as "线索编号"),
    'impossible_date', 'not_a_date', '创建时间', false, 5
from export_opportunity where spoils('deal date', _key, 400)
union all
select *, 'exact_duplicate', 'duplicate_key', '商机编号', false, 6
from export_opportunity where spoils('deal twice', _key, 500)
union all
select * replace (yuan_text(_cents + 100000) as "预计金额"), 'differing_duplicate', 'duplicate_key', '商机编号', false, 7
from export_opportunity where spoils('deal differs', _key, 350) and not spoils('deal twice', _key, 500)
