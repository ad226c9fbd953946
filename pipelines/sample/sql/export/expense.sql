-- grain: one row per claim, as the ERP prints it
-- why:   erp/费用.xlsx
select
  numbered('EX-', expense_no) as 报销单号,
  employee_id(employee_no) as 员工工号,
  unit_id as 部门编号,
  category as 费用类别,
  iso_date(expense_date) as 发生日期,
  yuan_text(amount_cents) as 金额,
  'CNY' as 币种,
  expense_no as _key,
  expense_no as _order,
  expense_date as _date,
  amount_cents as _cents
from expense
