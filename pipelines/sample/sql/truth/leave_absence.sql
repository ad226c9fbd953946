-- grain: one row per absence
-- why:   one long leave, and the usual days off
select
    employee_no,
    date '2026-03-02' as start_date,
    date '2026-08-28' as end_date,
    'parental' as kind
from seat_tenure
where seat_no = 10 and to_date is null
union all
select
    employee.employee_no,
    date '2025-01-06' + (year_no * 330 + roll('leave day', employee.employee_no * 4 + year_no, 280))::int,
    date '2025-01-06' + (year_no * 330 + roll('leave day', employee.employee_no * 4 + year_no, 280)
        + roll('leave length', employee.employee_no * 4 + year_no, 7))::int,
    pick('leave kind', employee.employee_no * 4 + year_no, ['annual', 'annual', 'annual', 'sick', 'personal'])
from employee
cross join range(0, 2) as t (year_no)
where date '2025-01-06' + (year_no * 330 + roll('leave day', employee.employee_no * 4 + year_no, 280))::int
    >= employee.hire_date
    and date '2025-01-06' + (year_no * 330 + roll('leave day', employee.employee_no * 4 + year_no, 280) + 7)::int
    <= coalesce(employee.leave_date, getvariable('last_day'))
    and employee.seat_no is distinct from 10
