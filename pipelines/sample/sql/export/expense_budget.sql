-- grain: one row per unit and month, as the ERP prints it
-- why:   erp/费用预算.xlsx
select
  unit_id as 部门编号,
  iso_date(period_start) as 起始日期,
  iso_date(period_end) as 截止日期,
  yuan_text(amount_cents) as 预算金额,
  row_number() over (order by unit_id, period_start)::bigint as _key,
  row_number() over (order by unit_id, period_start)::bigint as _order,
  period_start as _date,
  amount_cents as _cents
from expense_budget
