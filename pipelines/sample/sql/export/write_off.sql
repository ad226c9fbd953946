-- grain: one row per write-off, as the ERP prints it
-- why:   erp/坏账核销.xlsx
select
  numbered('INV-', invoice_no) as 发票编号,
  iso_date(written_off_date) as 核销日期,
  yuan_text(amount_cents) as 核销金额,
  reason as 核销原因,
  invoice_no as _key,
  invoice_no as _order,
  written_off_date as _date,
  amount_cents as _cents
from write_off
