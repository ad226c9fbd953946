-- grain: one row per person and month, as HR prints it
-- why:   hr/appraisal_input.csv
select
  employee_id(employee_no) as employee_id,
  period,
  'work_attitude' as indicator,
  score::varchar as score,
  employee_id(manager_no) as rater_id,
  minute_text(rated_at) as rated_at,
  case when score >= 96 then '主动协助同事，客户表扬' when score < 66 then 'CRM 记录不及时，需改进' end as comment,
  month_no * 10000 + employee_no as _key,
  month_no * 10000 + employee_no as _order,
  rated_at::date as _date,
  null::bigint as _cents
from appraisal_score
