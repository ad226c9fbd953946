-- table: mart.appraisal_decision
-- grain: one row per employee, period and field that a person moved
-- key:   employee_id, period, field
-- why:   calibration and appeals on record, each with what it names as before, what is computed now, and why
--        it was not applied where it was not; a grade is decided after the score
with grade_decision as (
  select
    decided.employee_id,
    decided.period,
    grade.scheme_id,
    trim(decided.before) as before,
    trim(decided.after) as after,
    grade.grade as computed,
    case
      when decided.approved_by in (decided.employee_id, employee.name) then 'self_approved'
      when contradiction.employee_id is not null then 'contradicted'
      when grade.employee_id is null then 'not_appraised'
      when band.grade is null then 'no_such_grade'
      when grade.grade is null and lower(trim(decided.before)) not in ('held', '待定') then 'stale'
      when grade.grade is not null and trim(decided.before) <> grade.grade then 'stale'
    end as refused_for,
    decided.reason,
    decided.approved_by,
    decided.decided_at,
    decided._load,
    decided._line
  from staging.appraisal_override as decided
  cross join core.parameter as parameter
  left join core.dim_employee as employee on decided.employee_id = employee.employee_id
  left join mart.appraisal_grade as grade
    on decided.employee_id = grade.employee_id and decided.period = grade.period
  left join policy.grade_band as band
    on
      grade.scheme_id = band.scheme_id
      and grade.version = band.version
      and trim(decided.after) = band.grade
  left join core.contradicted_decision as contradiction
    on
      decided.employee_id = contradiction.employee_id
      and decided.period = contradiction.period
      and decided.field = contradiction.field
  where decided.field = 'grade' and decided.decided_at < parameter.as_of_end
)

select
  employee_id,
  period,
  'score' as field,
  scheme_id,
  before,
  after,
  computed,
  is_applied,
  refused_for,
  reason,
  approved_by,
  decided_at,
  _load,
  _line
from mart.appraisal_score_decision
union all
select
  employee_id,
  period,
  'grade' as field,
  scheme_id,
  before,
  after,
  computed,
  refused_for is null as is_applied,
  refused_for,
  reason,
  approved_by,
  decided_at,
  _load,
  _line
from grade_decision
