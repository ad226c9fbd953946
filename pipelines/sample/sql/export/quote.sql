-- grain: one row per quote version, as the CRM prints it
-- why:   crm/报价单.csv, with amounts in 万元
select
  numbered('QT-', quote_no) as 报价编号,
  numbered('OPP-', deal_no) as 商机编号,
  version::varchar as 版本,
  minute_text(requested_at) as 需求提出时间,
  minute_text(due_at) as 应交时间,
  minute_text(submitted_at) as 提交时间,
  minute_text(decided_at) as 决定时间,
  case status
    when 'draft' then '草稿' when 'submitted' then '已提交' when 'accepted' then '已接受' else '已拒绝'
  end as 状态,
  wan_text(list_cents) as "目录价(万元)",  -- noqa: RF05
  wan_text(net_cents) as "报价(万元)",  -- noqa: RF05
  authority_pct::varchar || '%' as 授权折扣,
  wan_text(cost_cents) as "成本(万元)",  -- noqa: RF05
  fit_score::varchar as 方案匹配度,
  feedback_score::varchar as 客户反馈,
  currency as 币种,
  quote_no as _key,
  quote_no as _order,
  requested_at::date as _date,
  net_cents as _cents
from quote
