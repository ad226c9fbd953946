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

salaried as (
  select
    graded.*,
    band.coefficient,
    salary.floating_salary,
    lag(graded.grade) over (partition by graded.employee_id order by graded.period) as previous_grade
  from graded
  left join policy.grade_band as band
    on graded.scheme_id = band.scheme_id and graded.grade = band.grade
  left join staging.salary as salary
    on
      graded.employee_id = salary.employee_id
      and strftime(salary.valid_from, '%Y-%m') <= graded.period
      and strftime(coalesce(salary.valid_to, date '9999-12-31'), '%Y-%m') >= graded.period
  qualify row_number() over (
    partition by graded.employee_id, graded.period order by salary.valid_from desc nulls last
  ) = 1
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
          round(cast(floating_salary as decimal(24, 4)) * cast(coefficient as decimal(9, 4)), 2) as decimal(
            18, 4
          )
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
