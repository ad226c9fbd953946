-- grain: one row per person and stay in a unit, as HR prints it
-- why:   hr/assignment.csv
select
  employee_id(employee_no) as employee_id,
  unit_id,
  role,
  employee_id(manager_no) as manager_id,
  iso_date(valid_from) as valid_from,
  iso_date(valid_to) as valid_to,
  (fte_pct::decimal(5, 0) * 0.01::decimal(3, 2))::varchar as fte,
  employee_no * 100000 + (valid_from - date '2010-01-01') as _key,
  employee_no * 100000 + (valid_from - date '2010-01-01') as _order,
  valid_from as _date,
  null::bigint as _cents
from assignment
