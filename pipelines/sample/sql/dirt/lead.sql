-- grain: one row per dirty lead
-- why:   extra rows only, so that the activities of real leads keep their lead
select * replace (stray('LD-', 1, _key) as "线索编号", '2025-13-05 10:00' as "创建时间", null as "商机编号"),
    'impossible_date' as _kind, 'not_a_date' as _rule, '创建时间' as _column, false as _replaces, 1 as _sub
from export_lead where spoils('lead date', _key, 850)
union all
select * replace (stray('LD-', 2, _key) as "线索编号", '150' as "评分", null as "商机编号"),
    'score_over_100', 'out_of_range', '评分', false, 2
from export_lead where spoils('lead score', _key, 700) and not spoils('lead date', _key, 850)
union all
select *, 'exact_duplicate', 'duplicate_key', '线索编号', false, 3
from export_lead where spoils('lead twice', _key, 850)
union all
select * replace ('13800009999' as "电话"), 'differing_duplicate', 'duplicate_key', '线索编号', false, 4
from export_lead where spoils('lead differs', _key, 400) and not spoils('lead twice', _key, 850)
