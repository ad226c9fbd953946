-- grain: one row per dirty answer
-- why:   scores off the scale, answers of unknown customers
select
  * replace (case 调查类型 when '满意度' then '50' else '15' end as 评分),
  'score_off_scale' as _kind,
  'out_of_range' as _rule,
  '评分' as _column,
  true as _replaces,
  0 as _sub
from export_survey
where spoils('survey score', _key, 1850)
union all
select
  * replace (stray('SV-', 1, _key) as 调查编号, stray('CUST-', 2, _key) as 客户编号),
  'unknown_customer' as _kind,
  'unknown_reference' as _rule,
  '客户编号' as _column,
  false as _replaces,
  1 as _sub
from export_survey
where spoils('survey customer', _key, 1200)
