-- table: mart.appraisal_computed
-- grain: one row per employee and period
-- key:   employee_id, period
-- why:   results as they are computed now, whatever is closed: the score after decisions, the grade it
--        leads to, the pay, and what a reader must know of it; who is held has no score, no grade
--        and no pay until somebody decides. mart.appraisal_result is what counts
with moved as (
  select
    employee_id,
    period,
    max(case when field = 'grade' and is_applied then after end) as grade,
    bool_or(is_applied) as is_overridden,
    bool_or(not is_applied) as is_stale
  from mart.appraisal_decision
  group by employee_id, period
),

graded as (
  select
    total.employee_id,
    total.period,
    total.scheme_id,
    total.version,
    total.period_start,
    total.period_end,
    total.unit_id,
    scheme.role,
    scheme.floating_pay,
    scheme.pay_by_days,
    total.score as computed_score,
    grade.score,
    grade.band_grade,
    grade.gated_grade,
    grade.distribution_grade,
    coalesce(moved.grade, grade.grade) as grade,
    coalesce(moved.is_overridden, false) as is_overridden,
    coalesce(moved.is_stale, false) as is_stale,
    total.uncounted,
    total.judged_weight,
    total.held_for,
    total.active_days
  from mart.appraisal_total as total
  inner join policy.appraisal_scheme as scheme
    on total.scheme_id = scheme.scheme_id and total.version = scheme.version
  inner join mart.appraisal_grade as grade
    on total.employee_id = grade.employee_id and total.period = grade.period
  left join moved on total.employee_id = moved.employee_id and total.period = moved.period
),

month as (
  select
    month_start,
    max(calendar_date) as month_end
  from core.calendar
  group by month_start
),

-- the floating salary of each month of the period, as it was agreed for that month
salary_month as (
  select
    graded.employee_id,
    graded.period,
    graded.pay_by_days,
    month.month_start,
    month.month_end,
    salary.floating_salary,
    row_number() over (
      partition by graded.employee_id, graded.period, month.month_start order by salary.valid_from desc
    ) as recency
  from graded
  inner join month on month.month_start between graded.period_start and graded.period_end
  inner join staging.salary as salary
    on
      graded.employee_id = salary.employee_id
      and month.month_end >= salary.valid_from
      and coalesce(salary.valid_to, date '9999-12-31') >= month.month_start
),

-- who joined, left, was on leave or changed to a role without a scheme within a month has the part of
-- their days
active_month as (
  select
    stretch.employee_id,
    stretch.period,
    calendar.month_start,
    sum(case when absence.employee_id is null or scheme.leave_counts then 1 else 0 end) as active_days
  from core.appraisal_stretch as stretch
  inner join policy.appraisal_scheme as scheme
    on stretch.scheme_id = scheme.scheme_id and stretch.version = scheme.version
  inner join core.org_day as org
    on
      stretch.employee_id = org.employee_id
      and org.calendar_date between stretch.first_day and stretch.last_day
      and stretch.role = org.role
      and org.is_active
  inner join core.calendar as calendar on org.calendar_date = calendar.calendar_date
  left join core.absence_day as absence
    on org.employee_id = absence.employee_id and org.calendar_date = absence.calendar_date
  group by stretch.employee_id, stretch.period, calendar.month_start
),

salary_part as (
  select
    salary_month.employee_id,
    salary_month.period,
    case
      when not salary_month.pay_by_days then salary_month.floating_salary
      else
        cast(
          cast(
            (
              2 * cast(salary_month.floating_salary * 100 as hugeint) * coalesce(active_month.active_days, 0)
              + date_diff('day', salary_month.month_start, salary_month.month_end) + 1
            ) // (2 * (date_diff('day', salary_month.month_start, salary_month.month_end) + 1))
            as decimal(18, 0)
          ) * cast(0.01 as decimal(2, 2)) as decimal(18, 4)
        )
    end as floating_salary
  from salary_month
  left join active_month
    on
      salary_month.employee_id = active_month.employee_id
      and salary_month.period = active_month.period
      and salary_month.month_start = active_month.month_start
  where salary_month.recency = 1
),

floating as (
  select
    employee_id,
    period,
    sum(floating_salary) as floating_salary
  from salary_part
  group by employee_id, period
),

-- a matrix of two measures: the cell whose both edges were reached, the highest first
matrix as (
  select
    graded.employee_id,
    graded.period,
    max(cell.coefficient) as coefficient
  from graded
  inner join policy.appraisal_pay_cell as cell
    on graded.scheme_id = cell.scheme_id and graded.version = cell.version
  inner join mart.appraisal_score as across
    on
      graded.employee_id = across.employee_id
      and graded.period = across.period
      and graded.scheme_id = across.scheme_id
      and cell.row_indicator = across.indicator
      and cell.row_from <= across.measure
  inner join mart.appraisal_score as down
    on
      graded.employee_id = down.employee_id
      and graded.period = down.period
      and graded.scheme_id = down.scheme_id
      and cell.column_indicator = down.indicator
      and cell.column_from <= down.measure
  group by graded.employee_id, graded.period
),

salaried as (
  select
    graded.*,
    case
      when graded.grade is null then null
      when graded.floating_pay = 'matrix' then matrix.coefficient
      else band.coefficient
    end as coefficient,
    case when graded.grade is not null then band.bonus end as bonus,
    floating.floating_salary,
    row_number() over (
      partition by graded.scheme_id, graded.employee_id order by graded.period_start
    ) as turn
  from graded
  left join policy.grade_band as band
    on
      graded.scheme_id = band.scheme_id
      and graded.version = band.version
      and graded.grade = band.grade
  left join floating
    on graded.employee_id = floating.employee_id and graded.period = floating.period
  left join matrix on graded.employee_id = matrix.employee_id and graded.period = matrix.period
),

-- of a closed period the grade that was closed
counted as (
  select
    salaried.employee_id,
    salaried.scheme_id,
    salaried.turn,
    case when closed.employee_id is not null then closed.grade else salaried.grade end as grade
  from salaried
  left join core.closed_appraisal as closed
    on salaried.employee_id = closed.employee_id and salaried.period = closed.period
),

-- the grades that must not come so often within so many appraisals of a person
red_line as (
  select
    salaried.employee_id,
    salaried.period,
    line.red_line
  from salaried
  inner join policy.appraisal_red_line as line
    on salaried.scheme_id = line.scheme_id and salaried.version = line.version
  inner join counted as earlier
    on
      salaried.employee_id = earlier.employee_id
      and salaried.scheme_id = earlier.scheme_id
      and earlier.turn between salaried.turn - line.within + 1 and salaried.turn
      and line.grade = earlier.grade
  group by salaried.employee_id, salaried.period, line.red_line
  having
    count(distinct earlier.turn) >= max(line.times)
    and max(earlier.turn) = max(salaried.turn)
),

crossed as (
  select
    employee_id,
    period,
    string_agg(red_line, ',' order by red_line) as red_lines
  from red_line
  group by employee_id, period
)

select
  salaried.employee_id,
  salaried.period,
  salaried.scheme_id,
  salaried.version,
  salaried.unit_id,
  salaried.computed_score,
  salaried.score,
  salaried.band_grade,
  salaried.gated_grade,
  salaried.distribution_grade,
  salaried.grade,
  salaried.coefficient,
  salaried.floating_salary,
  case
    when salaried.grade is null then null
    when salaried.floating_pay = 'score'
      then
        cast(round(
          cast(salaried.floating_salary as decimal(24, 4)) * cast(salaried.score as decimal(9, 4))
          * cast(0.01 as decimal(3, 2)), 2
        ) as decimal(18, 4))
    else
      cast(
        round(
          cast(salaried.floating_salary as decimal(24, 4)) * cast(salaried.coefficient as decimal(9, 4)), 2
        )
        as decimal(18, 4)
      )
  end as floating_pay,
  salaried.bonus,
  case
    when salaried.score is not null
      then
        rank() over (
          partition by salaried.scheme_id, salaried.period
          order by salaried.score is null asc, salaried.score desc
        )
  end as rank,
  nullif(concat_ws(
    ',',
    case when salaried.grade is null then 'held' end,
    case when salaried.is_overridden then 'overridden' end,
    case when salaried.is_stale then 'stale_decision' end,
    case when salaried.uncounted > 0 then 'small_n' end,
    case when salaried.gated_grade <> salaried.band_grade then 'gate' end,
    case
      when salaried.distribution_grade <> salaried.gated_grade then 'distribution'
    end,
    crossed.red_lines,
    case when salaried.grade is not null and salaried.coefficient is null then 'no_coefficient' end,
    case when salaried.floating_salary is null then 'no_salary' end
  ), '') as flags,
  crossed.red_lines,
  case when salaried.grade is null then salaried.held_for end as held_for,
  salaried.judged_weight,
  salaried.active_days
from salaried
left join crossed on salaried.employee_id = crossed.employee_id and salaried.period = crossed.period
