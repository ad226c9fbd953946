-- grain: one row per receipt and invoice, as the ERP prints it
-- why:   erp/收款.xlsx, sheet 收款核销
select
  numbered('RCV-', receipt_no) as 收款编号,
  numbered('INV-', invoice_no) as 发票编号,
  iso_date(allocated_date) as 核销日期,
  yuan_text(amount_cents) as 核销金额,
  seq::varchar as 期次,
  receipt_no * 100000000 + invoice_no as _key,
  receipt_no * 100000000 + invoice_no as _order,
  allocated_date as _date,
  amount_cents as _cents
from receipt_allocation
