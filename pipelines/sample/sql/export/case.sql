-- grain: one row per case, as the CRM prints it
-- why:   crm/服务工单.csv
select
  numbered('CS-', case_no) as 工单编号,
  numbered('CUST-', customer_no) as 客户编号,
  employee_id(employee_no) as 员工工号,
  case category when 'complaint' then '投诉' when 'question' then '咨询' else '服务' end as 类别,
  case severity when 'high' then '高' when 'medium' then '中' else '低' end as 严重程度,
  minute_text(opened_at) as 提交时间,
  minute_text(first_response_at) as 首次响应时间,
  minute_text(closed_at) as 关闭时间,
  case_no as _key,
  case_no as _order,
  opened_at::date as _date,
  null::bigint as _cents
from service_case
