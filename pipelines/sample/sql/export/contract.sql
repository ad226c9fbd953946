-- grain: one row per contract, as the CRM prints it
-- why:   crm/合同.csv, with thousands separators
select
  numbered('CT-', contract_no) as 合同编号,
  numbered('OPP-', deal_no) as 商机编号,
  numbered('CUST-', customer_no) as 客户编号,
  employee_id(owner_no) as 负责人工号,
  ['新签', '增购', '交叉销售', '续签'][list_position(['new', 'upsell', 'cross_sell', 'renewal'], type)] as 合同类型,
  yuan_grouped(net_cents) as 不含税金额,
  yuan_grouped(tax_cents) as 税额,
  currency as 币种,
  minute_text(sent_at) as 送签时间,
  minute_text(due_at) as 应签时间,
  minute_text(signed_at) as 签订时间,
  slash_date(start_date) as 开始日期,
  slash_date(end_date) as 结束日期,
  numbered('CT-', renews_contract_no) as 续签原合同,
  case when is_compliant then '合规' else '不合规' end as 条款合规,
  clauses::varchar as 非标条款数,
  case status when 'active' then '生效' when 'expired' then '已到期' else '已终止' end as 状态,
  contract_no as _key,
  contract_no as _order,
  signed_at::date as _date,
  net_cents as _cents
from contract
