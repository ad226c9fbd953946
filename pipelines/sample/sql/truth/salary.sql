-- grain: one row per person and salary period
-- why:   base and floating part; a rise on 2026-01-01
with period (year_no, first_day, last_day) as (
  values (2025, date '2024-01-01', date '2025-12-31'), (2026, date '2026-01-01', null::date)
)

select
  employee.employee_no,
  greatest(period.first_day, employee.hire_date) as valid_from,
  case
    when period.last_day is null or employee.leave_date < period.last_day
      then employee.leave_date
    else period.last_day
  end as valid_to,
  10000 * (
    case employee.role
      when 'director' then 420 when 'region_manager' then 300 when 'team_lead' then 200
      when 'rep' then 90 when 'presales' then 150 else 95
    end + roll('salary', employee.employee_no, 40)
    + case when period.year_no = 2026 then 5 + roll('rise', employee.employee_no, 12) else 0 end
  ) as base_cents,
  10000 * case employee.role
    when 'director' then 180 when 'region_manager' then 120 when 'team_lead' then 80
    when 'rep' then 40 else 25
  end as floating_cents,
  10000 * case employee.role
    when 'director' then 2400 when 'region_manager' then 1500 when 'team_lead' then 900
    when 'rep' then 600 else 0
  end as target_variable_cents
from employee
cross join period
where
  employee.hire_date <= coalesce(period.last_day, getvariable('last_day'))
  and coalesce(employee.leave_date, date '9999-12-31') >= period.first_day
