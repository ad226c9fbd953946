-- grain: one row per decided change, as HR prints it
-- why:   hr/appraisal_override.csv
select
  employee_id(employee_no) as employee_id,
  period,
  field,
  before_value as before,
  after_value as after,
  reason,
  employee_id(approved_by_no) as approved_by,
  minute_text(decided_at) as decided_at,
  row_number() over (order by decided_at, employee_no)::bigint as _key,
  row_number() over (order by decided_at, employee_no)::bigint as _order,
  decided_at::date as _date,
  null::bigint as _cents
from appraisal_change
