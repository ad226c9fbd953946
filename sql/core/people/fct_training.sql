-- table: core.fct_training
-- kind:  view
-- grain: one row per employee, course and day taken, up to the day of the report
-- key:   employee_id, course, taken_date
-- why:   the share of courses passed
select
  training.employee_id,
  training.course,
  training.taken_date,
  training.passed,
  training._load,
  training._line
from staging.training_result as training
cross join core.parameter as parameter
where training.taken_date <= parameter.as_of_date
