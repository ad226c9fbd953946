-- grain: one row per dirty case
-- why:   impossible dates, cases closed before they were opened
select
  * replace ('2026-04-31 09:20' as 提交时间),
  'impossible_date' as _kind,
  'not_a_date' as _rule,
  '提交时间' as _column,
  true as _replaces,
  0 as _sub
from export_case
where spoils('case date', _key, 2050)
union all
select
  * replace ('2024-01-02 08:00' as 关闭时间),
  'closed_before_opened' as _kind,
  'impossible_order' as _rule,
  '关闭时间' as _column,
  true as _replaces,
  0 as _sub
from export_case
where spoils('case order', _key, 2550) and 关闭时间 is not null and not spoils('case date', _key, 2050)
