-- everybody who was appraised in a period, with the grade as computed and those that the scheme has. A
-- decision that is not applied is asked for again: who approves it, and when, is left open
with grade as (
  select
    scheme_id,
    version,
    string_agg(grade, ',' order by place) as grades
  from policy.grade_band
  group by scheme_id, version
)

select
  result.employee_id,
  result.scheme_id,
  employee.name,
  coalesce(unit.name, result.unit_id) as unit,
  scheme.label_zh,
  scheme.label_en,
  cast(result.score as decimal(9, 4)) as score,
  step.grade,
  grade.grades,
  moved.after,
  moved.reason,
  case when moved.is_applied then moved.approved_by end as approved_by,
  case when moved.is_applied then cast(moved.decided_at as date) end as decided
from mart.appraisal_result as result
inner join mart.appraisal_grade as step
  on result.employee_id = step.employee_id and result.period = step.period
inner join policy.appraisal_scheme as scheme
  on result.scheme_id = scheme.scheme_id and result.version = scheme.version
inner join grade on result.scheme_id = grade.scheme_id and result.version = grade.version
left join mart.appraisal_decision as moved
  on
    result.employee_id = moved.employee_id
    and result.period = moved.period
    and moved.field = 'grade'
left join staging.employee as employee on result.employee_id = employee.employee_id
left join staging.org_unit as unit on result.unit_id = unit.unit_id
where result.period = $1
order by result.scheme_id asc, result.score desc nulls last, result.employee_id asc
