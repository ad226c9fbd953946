-- grain: one row per order, as the ERP prints it
-- why:   erp/订单.xlsx, sheet 订单
select
  numbered('SO-', order_no) as 订单编号,
  numbered('CT-', contract_no) as 合同编号,
  numbered('OPP-', deal_no) as 商机编号,
  numbered('CUST-', customer_no) as 客户编号,
  employee_id(owner_no) as 业务员工号,
  iso_date(entered_at) as 下单日期,
  minute_text(entered_at) as 录入时间,
  iso_date(promised_date) as 承诺交期,
  iso_date(delivered_date) as 实际交期,
  case status when 'cancelled' then '已取消' when 'delivered' then '已交付' else '执行中' end as 订单状态,
  yes_no(has_error) as 录入差错,
  yuan_text(net_cents) as 不含税金额,
  currency as 币种,
  order_no as _key,
  order_no as _order,
  entered_at::date as _date,
  net_cents as _cents
from sales_order
