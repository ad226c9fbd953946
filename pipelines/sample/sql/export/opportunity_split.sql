-- grain: one row per deal, payee and kind, as the CRM prints it
-- why:   crm/商机分成.csv
select
  numbered('OPP-', deal_no) as 商机编号,
  employee_id(employee_no) as 员工工号,
  case kind when 'split' then '分成' else '叠加' end as 分成类型,
  yuan_text(pct_hundredths) as "比例(%)",  -- noqa: RF05
  deal_no * 10000 + employee_no as _key,
  deal_no * 20000 + employee_no * 2 + (kind = 'overlay')::int as _order,
  null::date as _date,
  null::bigint as _cents
from deal_split
