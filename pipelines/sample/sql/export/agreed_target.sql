-- grain: one row per target agreed with a person, as HR prints it
-- why:   hr/agreed_target.csv
select
  employee_id(employee_no) as employee_id,
  period,
  indicator,
  yuan_text(target_cents) as target,
  minute_text(agreed_at) as agreed_at,
  employee_id(agreed_by_no) as agreed_by,
  row_number() over (order by agreed_at, employee_no)::bigint as _key,
  row_number() over (order by agreed_at, employee_no)::bigint as _order,
  agreed_at::date as _date,
  null::bigint as _cents
from agreed_target
