-- grain: one row per invoice or credit note, as the ERP prints it
-- why:   erp/发票.xlsx, sheet 发票; credit notes (红字发票) carry positive amounts
select
  numbered('INV-', invoice_no) as 发票编号,
  case kind when 'invoice' then '蓝字发票' else '红字发票' end as 发票类型,
  numbered('SO-', order_no) as 订单编号,
  numbered('CT-', contract_no) as 合同编号,
  numbered('CUST-', customer_no) as 客户编号,
  employee_id(owner_no) as 业务员工号,
  iso_date(invoice_date) as 开票日期,
  slash_date(due_date) as 到期日,
  yuan_text(net_cents) as 不含税金额,
  yuan_text(tax_cents) as 税额,
  yuan_text(gross_cents) as 价税合计,
  currency as 币种,
  numbered('INV-', credited_invoice_no) as 对应蓝字发票,
  case status when 'draft' then '草稿' when 'posted' then '已过账' else '已作废' end as 状态,
  yes_no(is_disputed) as 争议,
  invoice_no as _key,
  invoice_no as _order,
  invoice_date as _date,
  gross_cents as _cents
from invoice
