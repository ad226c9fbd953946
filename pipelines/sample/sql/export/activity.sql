-- grain: one row per activity, as the CRM prints it
-- why:   crm/跟进记录.csv
select
  numbered('ACT-', activity_no) as 记录编号,
  case type
    when 'call' then '电话' when 'visit' then '拜访' when 'email' then '邮件' when 'meeting' then '会议'
    when 'demo' then '演示' else 'POC'
  end as 类型,
  minute_text(occurred_at) as 发生时间,
  minute_text(logged_at) as 录入时间,
  employee_id(employee_no) as 员工工号,
  numbered('LD-', lead_no) as 线索编号,
  numbered('OPP-', deal_no) as 商机编号,
  numbered('CUST-', customer_no) as 客户编号,
  yes_no(is_effective) as 是否有效,
  case outcome
    when 'success' then '成功' when 'failure' then '未成功'
    when 'reached' then '已接通' when 'no_answer' then '未接通'
  end as 结果,
  score::varchar as 评分,
  activity_no as _key,
  activity_no as _order,
  occurred_at::date as _date,
  null::bigint as _cents
from activity
