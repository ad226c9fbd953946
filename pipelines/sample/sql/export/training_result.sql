-- grain: one row per person and course, as HR prints it
-- why:   hr/培训成绩.csv
select
  employee_id(employee_no) as 工号,
  course as 课程,
  iso_date(taken_date) as 考试日期,
  case when is_passed then '通过' else '未通过' end as 是否通过,
  employee_no * 10 + course_no as _key,
  employee_no * 10 + course_no as _order,
  taken_date as _date,
  null::bigint as _cents
from training_result
