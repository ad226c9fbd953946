-- results of each scheme's latest period, the best first, with the grade before
with latest as (
  select
    scheme_id,
    max(period) as period
  from mart.appraisal_result
  group by scheme_id
),

graded as (
  select
    *,
    lag(grade) over (partition by employee_id, scheme_id order by period) as previous_grade,
    lag(score) over (partition by employee_id, scheme_id order by period) as previous_score
  from mart.appraisal_result
)

select
  graded.employee_id,
  graded.period,
  graded.scheme_id,
  graded.computed_score,
  graded.score,
  graded.grade,
  graded.coefficient,
  graded.floating_salary,
  graded.floating_pay,
  graded.rank,
  graded.flags,
  graded.judged_weight,
  graded.active_days,
  scheme.minimum_judged_weight,
  graded.previous_grade,
  graded.previous_score
from graded
inner join latest on graded.scheme_id = latest.scheme_id and graded.period = latest.period
inner join policy.appraisal_scheme as scheme on graded.scheme_id = scheme.scheme_id
order by graded.scheme_id asc, graded.score desc nulls last, graded.employee_id asc
