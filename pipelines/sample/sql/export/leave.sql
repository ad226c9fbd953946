-- grain: one row per absence, as HR prints it
-- why:   hr/请假.csv
select
  employee_id(employee_no) as 工号,
  iso_date(start_date) as 开始日期,
  iso_date(end_date) as 结束日期,
  case kind when 'parental' then '产假' when 'annual' then '年假' when 'sick' then '病假' else '事假' end as 假别,
  employee_no * 100000 + (start_date - date '2010-01-01') as _key,
  employee_no * 100000 + (start_date - date '2010-01-01') as _order,
  start_date as _date,
  null::bigint as _cents
from leave_absence
