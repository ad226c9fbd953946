-- grain: one row per person and salary period, as HR prints it
-- why:   hr/salary.csv
select
  employee_id(employee_no) as employee_id,
  iso_date(valid_from) as valid_from,
  iso_date(valid_to) as valid_to,
  yuan_text(base_cents) as base_salary,
  yuan_text(floating_cents) as floating_salary,
  yuan_text(target_variable_cents) as target_variable,
  employee_no * 100000 + (valid_from - date '2010-01-01') as _key,
  employee_no * 100000 + (valid_from - date '2010-01-01') as _order,
  valid_from as _date,
  base_cents as _cents
from salary
