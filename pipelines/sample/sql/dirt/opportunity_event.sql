-- grain: one row per dirty change
-- why:   changes of deals nobody knows, impossible dates, unknown stages, rows exported twice
select
  * replace (stray('OPP-', 9, _key // 8388608) as 商机编号),
  'unknown_deal' as _kind,
  'unknown_reference' as _rule,
  '商机编号' as _column,
  false as _replaces,
  1 as _sub
from export_opportunity_event
where spoils('change deal', _key, 1000)
union all
select
  * replace ('2025-02-30 09:00' as 变更时间),
  'impossible_date' as _kind,
  'not_a_date' as _rule,
  '变更时间' as _column,
  false as _replaces,
  2 as _sub
from export_opportunity_event
where spoils('change date', _key, 700) and 变更字段 = '预计成交日期'
union all
select
  *,
  'exact_duplicate' as _kind,
  'duplicate_key' as _rule,
  '商机编号' as _column,
  false as _replaces,
  3 as _sub
from export_opportunity_event
where spoils('change twice', _key, 750) and 变更字段 <> '负责人'
