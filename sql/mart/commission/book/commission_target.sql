-- table: mart.commission_target
-- grain: one row per payee and year in which they had a target variable pay
-- key:   payee_id, year
-- why:   the variable pay at target, prorated by active days of the year, both ends counted; the rate
--        of commission is never prorated
with salary as (
  select
    salary.employee_id,
    salary.valid_from,
    coalesce(salary.valid_to, employee.leave_date, date '9999-12-31') as valid_to,
    salary.target_variable
  from staging.salary as salary
  inner join staging.employee as employee on salary.employee_id = employee.employee_id
  where salary.target_variable > 0
),

year as (
  select
    year_start,
    count(*) as days,
    max(calendar_date) as year_end
  from core.calendar
  group by year_start
),

active as (
  select
    salary.employee_id as payee_id,
    strftime(year.year_start, '%Y') as year,
    year.days,
    date_diff('day', greatest(salary.valid_from, year.year_start), least(salary.valid_to, year.year_end))
    + 1 as active_days,
    salary.target_variable
  from salary
  inner join year
    on salary.valid_from <= year.year_end and salary.valid_to >= year.year_start
  cross join core.parameter as parameter
  where year.year_start <= parameter.as_of_date
)

select
  payee_id,
  year,
  cast(max(days) as integer) as days,
  cast(sum(active_days) as integer) as active_days,
  cast(sum(
    cast(
      cast(
        (
          2 * cast(round(target_variable * 100, 0) as hugeint) * active_days + days
        ) // (2 * days) as decimal(20, 0)
      ) * cast(0.01 as decimal(3, 2)) as decimal(18, 4)
    )
  ) as decimal(18, 4)) as target_variable
from active
group by payee_id, year
