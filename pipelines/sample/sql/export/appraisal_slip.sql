-- grain: one row per slip, as HR prints it
-- why:   hr/奖惩单.csv
select
  employee_id(employee_no) as 工号,
  iso_date(slip_date) as 日期,
  case kind when 'reward' then '奖励单' else '过失单' end as 类型,
  points::varchar as 分值,
  reason as 事由,
  employee_id(approved_by_no) as 批准人,
  row_number() over (order by slip_date, employee_no)::bigint as _key,
  row_number() over (order by slip_date, employee_no)::bigint as _order,
  slip_date as _date,
  null::bigint as _cents
from appraisal_slip
