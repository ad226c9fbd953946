-- grain: one row per dirty activity
-- why:   missing owners, impossible dates, unknown types and deals, rows exported twice
select
  * replace (null as 员工工号),
  'missing_owner' as _kind,
  'missing_required' as _rule,
  '员工工号' as _column,
  true as _replaces,
  0 as _sub
from export_activity
where spoils('activity owner', _key, 750)
union all
select
  * replace ('2026-02-31 10:00' as 发生时间),
  'impossible_date' as _kind,
  'not_a_date' as _rule,
  '发生时间' as _column,
  true as _replaces,
  0 as _sub
from export_activity
where spoils('activity date', _key, 700) and not spoils('activity owner', _key, 750)
union all
select
  * replace (stray('ACT-', 1, _key) as 记录编号, '微信' as 类型),
  'unknown_type' as _kind,
  'unknown_value' as _rule,
  '类型' as _column,
  false as _replaces,
  1 as _sub
from export_activity
where spoils('activity type', _key, 400)
union all
select
  * replace (stray('ACT-', 2, _key) as 记录编号, stray('OPP-', 3, _key) as 商机编号),
  'unknown_deal' as _kind,
  'unknown_reference' as _rule,
  '商机编号' as _column,
  false as _replaces,
  2 as _sub
from export_activity
where spoils('activity deal', _key, 400) and 商机编号 is not null
union all
select
  *,
  'exact_duplicate' as _kind,
  'duplicate_key' as _rule,
  '记录编号' as _column,
  false as _replaces,
  3 as _sub
from export_activity
where
  spoils('activity twice', _key, 850)
  and not spoils('activity owner', _key, 750) and not spoils('activity date', _key, 700)
union all
select
  * replace (yes_no(是否有效 = '否') as 是否有效),
  'differing_duplicate' as _kind,
  'duplicate_key' as _rule,
  '记录编号' as _column,
  false as _replaces,
  4 as _sub
from export_activity
where
  spoils('activity differs', _key, 350) and not spoils('activity twice', _key, 850)
  and not spoils('activity owner', _key, 750) and not spoils('activity date', _key, 700)
