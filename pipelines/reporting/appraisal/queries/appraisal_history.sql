-- the last four periods of everybody in each scheme, the newest first
with placed as (
  select
    employee_id,
    scheme_id,
    period,
    score,
    grade,
    coefficient,
    floating_pay,
    row_number() over (partition by employee_id, scheme_id order by period desc) as place
  from mart.appraisal_result
)

select
  employee_id,
  scheme_id,
  period,
  score,
  grade,
  coefficient,
  floating_pay
from placed
where place <= 4
order by employee_id asc, scheme_id asc, period desc
