-- grain: one row per instalment, as the ERP prints it
-- why:   erp/发票.xlsx, sheet 发票分期
select
  numbered('INV-', invoice_no) as 发票编号,
  seq::varchar as 期次,
  iso_date(due_date) as 到期日,
  yuan_text(amount_cents) as 分期金额,
  invoice_no * 4 + seq as _key,
  invoice_no * 4 + seq as _order,
  due_date as _date,
  amount_cents as _cents
from invoice_instalment
