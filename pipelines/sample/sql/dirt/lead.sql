-- grain: one row per dirty lead
-- why:   extra rows only, so that the activities of real leads keep their lead
select
  * replace (stray('LD-', 1, _key) as 线索编号, '2025-13-05 10:00' as 创建时间, null as 商机编号),
  'impossible_date' as _kind,
  'not_a_date' as _rule,
  '创建时间' as _column,
  false as _replaces,
  1 as _sub
from export_lead
where spoils('lead date', _key, 850)
union all
select
  * replace (stray('LD-', 2, _key) as 线索编号, '150' as 评分, null as 商机编号),
  'score_over_100' as _kind,
  'out_of_range' as _rule,
  '评分' as _column,
  false as _replaces,
  2 as _sub
from export_lead
where spoils('lead score', _key, 700) and not spoils('lead date', _key, 850)
union all
select
  *,
  'exact_duplicate' as _kind,
  'duplicate_key' as _rule,
  '线索编号' as _column,
  false as _replaces,
  3 as _sub
from export_lead
where spoils('lead twice', _key, 850)
union all
select
  * replace ('13800009999' as 电话),
  'differing_duplicate' as _kind,
  'duplicate_key' as _rule,
  '线索编号' as _column,
  false as _replaces,
  4 as _sub
from export_lead
where spoils('lead differs', _key, 400) and not spoils('lead twice', _key, 850)
