-- table: mart.appraisal_decision
-- grain: one row per employee, period and field that a person moved
-- key:   employee_id, period, field
-- why:   a decision moves what it was made about: where the score or grade it names as before is no
--        longer what is computed, it is not applied and needs to be made again. Before a held person
--        has a score, it names `held`
with decision as (
  select
    decided.employee_id,
    decided.period,
    decided.field,
    trim(decided.before) as before,
    trim(decided.after) as after,
    decided.reason,
    decided.approved_by,
    decided.decided_at,
    lower(trim(decided.before)) in ('held', '待定') as is_of_held,
    decided._load,
    decided._line
  from staging.appraisal_override as decided
  cross join core.parameter as parameter
  where decided.decided_at < parameter.as_of_end
),

score_decision as (
  select
    decision.*,
    total.scheme_id,
    cast(total.score as varchar) as computed,
    coalesce(
      try_cast(decision.after as decimal(9, 4)) >= 0
      and case
        when total.is_held then decision.is_of_held
        else try_cast(decision.before as decimal(9, 4)) = total.score
      end,
      false
    ) as is_applied
  from decision
  left join mart.appraisal_total as total
    on decision.employee_id = total.employee_id and decision.period = total.period
  where decision.field = 'score'
),

-- the grade a grade decision is about: that of the score after its own decision
graded as (
  select
    total.employee_id,
    total.period,
    total.scheme_id,
    band.grade
  from mart.appraisal_total as total
  left join score_decision
    on
      total.employee_id = score_decision.employee_id
      and total.period = score_decision.period
      and score_decision.is_applied
  left join policy.grade_band as band
    on
      total.scheme_id = band.scheme_id
      and coalesce(try_cast(score_decision.after as decimal(9, 4)), total.score) >= band.score_from
      and coalesce(try_cast(score_decision.after as decimal(9, 4)), total.score)
      < coalesce(band.score_below, 99999)
),

grade_decision as (
  select
    decision.*,
    graded.scheme_id,
    graded.grade as computed,
    coalesce(
      band.grade is not null
      and case
        when graded.grade is null then graded.employee_id is not null and decision.is_of_held
        else decision.before = graded.grade
      end,
      false
    ) as is_applied
  from decision
  left join graded
    on decision.employee_id = graded.employee_id and decision.period = graded.period
  left join policy.grade_band as band
    on graded.scheme_id = band.scheme_id and decision.after = band.grade
  where decision.field = 'grade'
),

every_decision as (
  select * from score_decision
  union all
  select * from grade_decision
)

select
  employee_id,
  period,
  field,
  scheme_id,
  before,
  after,
  computed,
  is_applied,
  reason,
  approved_by,
  decided_at,
  _load,
  _line
from every_decision
