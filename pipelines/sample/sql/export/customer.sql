-- grain: one row per customer, as the CRM prints it
-- why:   crm/客户.csv
select
  customer_id as 客户编号,
  name as 客户名称,
  case segment when 'strategic' then '战略客户' when 'sme' then '中小客户' else '渠道客户' end as 客户分类,
  industry as 行业,
  region as 大区,
  employee_id(owner_no) as 负责人工号,
  parent_customer_id as 上级客户,
  partner_id as 渠道伙伴,
  slash_date(created_date) as 创建时间,
  format('{:,}', credit_limit::bigint) as 信用额度,
  credit_days::varchar as 账期天数,
  health_score::varchar as 健康度,
  case risk_flag when 'litigation' then '诉讼中' when 'distressed' then '经营异常' end as 风险标记,
  customer_no::bigint as _key,
  customer_no::bigint as _order,
  created_date as _date,
  null::bigint as _cents
from customer
