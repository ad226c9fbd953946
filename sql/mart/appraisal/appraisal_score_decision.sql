-- table: mart.appraisal_score_decision
-- grain: one row per employee and period whose score a person moved
-- key:   employee_id, period
-- why:   a decision moves what it was made about: where the score it names as before is no longer what is
--        computed, it is refused and has to be made again; so is one that somebody made about
--        themselves, and one above what anybody can reach under the scheme (950 for 95.0). Before a held
--        person has a score, it names `held`
with decision as (
  select
    decided.employee_id,
    decided.period,
    trim(decided.before) as before,
    trim(decided.after) as after,
    decided.reason,
    decided.approved_by,
    decided.decided_at,
    total.scheme_id,
    cast(total.score as varchar) as computed,
    case
      when decided.approved_by in (decided.employee_id, employee.name) then 'self_approved'
      when contradiction.employee_id is not null then 'contradicted'
      when total.employee_id is null then 'not_appraised'
      when coalesce(try_cast(trim(decided.after) as decimal(9, 4)) < 0, true) then 'not_a_score'
      when try_cast(trim(decided.after) as decimal(9, 4)) > scheme.highest_score then 'above_the_highest'
      when total.is_held and lower(trim(decided.before)) not in ('held', '待定') then 'stale'
      when
        not total.is_held
        and coalesce(try_cast(trim(decided.before) as decimal(9, 4)) <> total.score, true)
        then 'stale'
    end as refused_for,
    decided._load,
    decided._line
  from staging.appraisal_override as decided
  cross join core.parameter as parameter
  left join core.dim_employee as employee on decided.employee_id = employee.employee_id
  left join mart.appraisal_total as total
    on decided.employee_id = total.employee_id and decided.period = total.period
  left join policy.appraisal_scheme as scheme
    on total.scheme_id = scheme.scheme_id and total.version = scheme.version
  left join core.contradicted_decision as contradiction
    on
      decided.employee_id = contradiction.employee_id
      and decided.period = contradiction.period
      and decided.field = contradiction.field
  where decided.field = 'score' and decided.decided_at < parameter.as_of_end
)

select
  employee_id,
  period,
  scheme_id,
  before,
  after,
  computed,
  refused_for,
  refused_for is null as is_applied,
  case when refused_for is null then cast(after as decimal(9, 4)) end as score,
  reason,
  approved_by,
  decided_at,
  _load,
  _line
from decision
