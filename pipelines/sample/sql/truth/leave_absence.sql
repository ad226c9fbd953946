-- grain: one row per absence
-- why:   one long leave, and the usual days off
with half as (
  -- one short absence for each person in each of two halves of the time
  select
    employee.employee_no,
    employee.hire_date,
    employee.leave_date,
    halves.half_no,
    employee.employee_no * 4 + halves.half_no as leave_key
  from employee
  cross join (select unnest([0, 1]) as half_no) as halves
  where employee.seat_no is distinct from 10
),

dated as (
  select
    *,
    date '2025-01-06' + (half_no * 330 + roll('leave day', leave_key, 280))::int as start_date
  from half
)

select
  employee_no,
  date '2026-03-02' as start_date,
  date '2026-08-28' as end_date,
  'parental' as kind
from seat_tenure
where seat_no = 10 and to_date is null
union all
select
  employee_no,
  start_date,
  start_date + roll('leave length', leave_key, 7)::int as end_date,
  pick('leave kind', leave_key, ['annual', 'annual', 'annual', 'sick', 'personal']) as kind
from dated
where
  start_date >= hire_date
  and start_date + 7 <= coalesce(leave_date, getvariable('last_day'))
