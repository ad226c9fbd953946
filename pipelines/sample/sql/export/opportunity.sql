-- grain: one row per deal, as the CRM prints it
-- why:   crm/商机.csv
select
  numbered('OPP-', deal_no) as 商机编号,
  numbered('CUST-', customer_no) as 客户编号,
  employee_id(owner_no) as 负责人工号,
  name as 商机名称,
  ['新客户', '增购', '交叉销售', '续约'][list_position(['new', 'upsell', 'cross_sell', 'renewal'], type)] as 商机类型,
  minute_text(created_at) as 创建时间,
  ['资格确认', '需求分析', '方案报价', '商务谈判', '签约执行'][stage_no - 1] as 销售阶段,
  case outcome when 'open' then '进行中' when 'won' then '赢单' when 'lost' then '输单' else '已放弃' end as 状态,
  yuan_text(amount_cents) as 预计金额,
  currency as 币种,
  probability::varchar || '%' as 赢率,
  case forecast_category
    when 'commit' then '承诺' when 'best_case' then '最佳' when 'pipeline' then '储备'
    when 'omitted' then '不计入' else '已关闭'
  end as 预测类别,
  slash_date(expected_close_date) as 预计成交日期,
  minute_text(closed_at) as 关闭时间,
  loss_reason as 丢单原因,
  competitor as 竞争对手,
  numbered('LD-', lead_no) as 线索编号,
  partner_id as 渠道伙伴,
  case segment when 'strategic' then '战略客户' when 'sme' then '中小客户' else '渠道客户' end as 客户分类,
  yes_no(has_decision_maker) as 已识别决策人,
  requirement_pct::varchar as 需求完整度,
  yes_no(has_budget) as 预算已确认,
  next_step as 下一步,
  slash_date(next_step_date) as 下一步日期,
  deal_no as _key,
  deal_no as _order,
  created_at::date as _date,
  amount_cents as _cents
from opportunity
