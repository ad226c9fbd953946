-- grain: one row per dirty split
-- why:   a share above 100 % for somebody who has none
select distinct on (商机编号)
  * replace (employee_id(1) as 员工工号, '150.00' as "比例(%)", '分成' as 分成类型),  -- noqa: RF05
  'share_over_100' as _kind,
  'out_of_range' as _rule,
  '比例(%)' as _column,
  false as _replaces,
  1 as _sub
from export_opportunity_split
where spoils('split', _key // 10000, 3050)
order by 商机编号, _key
