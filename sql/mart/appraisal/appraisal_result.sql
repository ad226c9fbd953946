-- table: mart.appraisal_result
-- grain: one row per employee and period
-- key:   employee_id, period
-- why:   the score after decisions, the grade it falls into, the pay it leads to, and what a reader must
--        know of it; who is held has no score, no grade and no pay until somebody decides
with moved as (
  select
    employee_id,
    period,
    max(case when field = 'score' and is_applied then cast(after as decimal(9, 4)) end) as score,
    max(case when field = 'grade' and is_applied then after end) as grade,
    bool_or(is_applied) as is_overridden,
    bool_or(not is_applied) as is_stale
  from mart.appraisal_decision
  group by employee_id, period
),

decided as (
  select
    total.employee_id,
    total.period,
    total.scheme_id,
    total.period_start,
    total.period_end,
    scheme.floating_pay,
    total.score as computed_score,
    coalesce(moved.score, total.score) as score,
    moved.grade as moved_grade,
    coalesce(moved.is_overridden, false) as is_overridden,
    coalesce(moved.is_stale, false) as is_stale,
    total.uncounted,
    total.judged_weight,
    total.active_days
  from mart.appraisal_total as total
  inner join policy.appraisal_scheme as scheme on total.scheme_id = scheme.scheme_id
  left join moved on total.employee_id = moved.employee_id and total.period = moved.period
),

graded as (
  select
    decided.*,
    coalesce(decided.moved_grade, band.grade) as grade
  from decided
  left join policy.grade_band as band
    on
      decided.scheme_id = band.scheme_id
      and decided.score >= band.score_from
      and decided.score < coalesce(band.score_below, 99999)
),

-- the floating salary of each month of the period, as it was agreed for that month
salary_month as (
  select
    total.employee_id,
    total.period,
    month.month_start,
    salary.floating_salary,
    row_number() over (
      partition by total.employee_id, total.period, month.month_start order by salary.valid_from desc
    ) as recency
  from mart.appraisal_total as total
  inner join (
    select
      month_start,
      max(calendar_date) as month_end
    from core.calendar
    group by month_start
  ) as month
    on month.month_start between total.period_start and total.period_end
  inner join staging.salary as salary
    on
      total.employee_id = salary.employee_id
      and month.month_end >= salary.valid_from
      and coalesce(salary.valid_to, date '9999-12-31') >= month.month_start
),

floating as (
  select
    employee_id,
    period,
    sum(floating_salary) as floating_salary
  from salary_month
  where recency = 1
  group by employee_id, period
),

salaried as (
  select
    graded.*,
    band.coefficient,
    floating.floating_salary,
    lag(graded.grade) over (partition by graded.employee_id order by graded.period) as previous_grade
  from graded
  left join policy.grade_band as band
    on graded.scheme_id = band.scheme_id and graded.grade = band.grade
  left join floating
    on graded.employee_id = floating.employee_id and graded.period = floating.period
)

select
  employee_id,
  period,
  scheme_id,
  computed_score,
  score,
  grade,
  coefficient,
  floating_salary,
  case
    when floating_pay = 'coefficient'
      then
        cast(
          round(cast(floating_salary as decimal(24, 4)) * cast(coefficient as decimal(9, 4)), 2)
          as decimal(18, 4)
        )
    else
      cast(round(
        cast(floating_salary as decimal(24, 4)) * cast(score as decimal(9, 4)) * cast(0.01 as decimal(3, 2)),
        2
      ) as decimal(18, 4))
  end as floating_pay,
  case
    when score is not null
      then
        rank() over (partition by scheme_id, period order by score is null asc, score desc)
  end as rank,
  nullif(concat_ws(
    ',',
    case when grade is null then 'held' end,
    case when is_overridden then 'overridden' end,
    case when is_stale then 'stale_decision' end,
    case when uncounted > 0 then 'small_n' end,
    case when grade = 'C' and previous_grade = 'C' then 'two_c_in_a_row' end,
    case when grade = 'D' then 'grade_d' end,
    case when floating_salary is null then 'no_salary' end
  ), '') as flags,
  judged_weight,
  active_days
from salaried
