-- grain: one row per answer, as the CRM prints it
-- why:   crm/客户调查.csv
select
  numbered('SV-', survey_no) as 调查编号,
  numbered('CUST-', customer_no) as 客户编号,
  employee_id(owner_no) as 员工工号,
  numbered('CT-', contract_no) as 合同编号,
  case kind when 'csat' then '满意度' else '净推荐值' end as 调查类型,
  score::varchar as 评分,
  minute_text(responded_at) as 答复时间,
  survey_no as _key,
  survey_no as _order,
  responded_at::date as _date,
  null::bigint as _cents
from survey
