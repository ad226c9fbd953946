-- grain: one row per adjustment, as HR prints it
-- why:   hr/commission_adjustment.csv
select
  adjustment_id,
  employee_id(employee_no) as employee_id,
  period,
  yuan_text(amount_cents) as amount,
  kind,
  reason,
  employee_id(approved_by_no) as approved_by,
  row_number() over (order by adjustment_id)::bigint as _key,
  row_number() over (order by adjustment_id)::bigint as _order,
  null::date as _date,
  amount_cents as _cents
from commission_adjustment
