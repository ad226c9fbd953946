-- table: mart.appraisal_result
-- grain: one row per employee and period
-- key:   employee_id, period
-- why:   the score, the grade it falls into, the pay it leads to, and what a reader must know of it
with total as (
  select
    score.employee_id,
    score.period,
    score.scheme_id,
    scheme.floating_pay,
    -- each branch is cast: decimals of different scale in one case lose their fractions
    case scheme.rounding
      when 0 then cast(round(sum(score.weighted_score), 0) as decimal(9, 4))
      when 1 then cast(round(sum(score.weighted_score), 1) as decimal(9, 4))
      when 2 then cast(round(sum(score.weighted_score), 2) as decimal(9, 4))
      when 3 then cast(round(sum(score.weighted_score), 3) as decimal(9, 4))
      else cast(sum(score.weighted_score) as decimal(9, 4))
    end as computed_score,
    sum(case when score.is_counted then score.weight else 0 end) as judged_weight,
    max(score.period_start) as period_start,
    max(score.period_end) as period_end,
    max(score.active_days) as active_days,
    sum(case when not score.is_counted then 1 else 0 end) as uncounted
  from mart.appraisal_score as score
  inner join policy.appraisal_scheme as scheme on score.scheme_id = scheme.scheme_id
  group by score.employee_id, score.period, score.scheme_id, scheme.floating_pay, scheme.rounding
),

moved as (
  select
    employee_id,
    period,
    max(case when field = 'score' then try_cast(after as decimal(9, 4)) end) as score,
    max(case when field = 'grade' then after end) as grade
  from staging.appraisal_override as override
  cross join core.parameter as parameter
  where override.decided_at < parameter.as_of_end
  group by employee_id, period
),

graded as (
  select
    total.employee_id,
    total.period,
    total.scheme_id,
    total.floating_pay,
    total.computed_score,
    coalesce(moved.score, total.computed_score) as score,
    coalesce(moved.grade, band.grade) as grade,
    moved.employee_id is not null as is_overridden,
    total.uncounted,
    total.judged_weight,
    total.active_days
  from total
  left join moved on total.employee_id = moved.employee_id and total.period = moved.period
  left join policy.grade_band as band
    on
      total.scheme_id = band.scheme_id
      and coalesce(moved.score, total.computed_score) >= band.score_from
      and coalesce(moved.score, total.computed_score) < coalesce(band.score_below, 99999)
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
  from total
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
  rank() over (partition by scheme_id, period order by score desc) as rank,
  nullif(concat_ws(
    ',',
    case when is_overridden then 'overridden' end,
    case when uncounted > 0 then 'small_n' end,
    case when grade = 'C' and previous_grade = 'C' then 'two_c_in_a_row' end,
    case when grade = 'D' then 'grade_d' end,
    case when floating_salary is null then 'no_salary' end
  ), '') as flags,
  judged_weight,
  active_days
from salaried
