-- grain: one row per receipt, as the ERP prints it
-- why:   erp/收款.xlsx, sheet 收款
select
  numbered('RCV-', receipt_no) as 收款编号,
  numbered('CUST-', customer_no) as 客户编号,
  iso_date(received_date) as 收款日期,
  yuan_text(amount_cents) as 收款金额,
  currency as 币种,
  case method when 'transfer' then '银行转账' when 'bill' then '承兑汇票' else '支票' end as 结算方式,
  slash_date(cleared_date) as 到账日期,
  slash_date(bounced_date) as 退票日期,
  receipt_no as _key,
  receipt_no as _order,
  received_date as _date,
  amount_cents as _cents
from receipt
