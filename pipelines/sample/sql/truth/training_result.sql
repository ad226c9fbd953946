-- grain: one row per person and course
-- why:   pass rates differ by course
select
  employee.employee_no,
  course.no as course_no,
  course.name as course,
  greatest(
    employee.hire_date + 20,
    date '2025-01-10'
    + (course.no * 150 + roll('course day', employee.employee_no * 8 + course.no, 60))::int
  )
    as taken_date,
  chance('passed', employee.employee_no * 8 + course.no) < course.pass_rate as is_passed
from employee
cross join (
  values (0, '产品知识基础', 0.93), (1, '方案销售', 0.84), (2, '合同与合规', 0.96), (3, '谈判技巧', 0.78)
) as course (no, name, pass_rate)
where
  employee.role in ('rep', 'team_lead', 'presales', 'sdr')
  and greatest(
    employee.hire_date + 20,
    date '2025-01-10'
    + (course.no * 150 + roll('course day', employee.employee_no * 8 + course.no, 60))::int
  )
  <= coalesce(employee.leave_date, getvariable('last_day'))
