-- grain: one row per appeal, as HR prints it
-- why:   hr/appraisal_appeal.csv
select
  appeal_id,
  employee_id(employee_no) as employee_id,
  period,
  indicator,
  status,
  reason,
  strftime(opened_at, '%Y-%m-%d %H:%M:%S') as opened_at,
  employee_id(employee_no) as opened_by,
  strftime(decided_at, '%Y-%m-%d %H:%M:%S') as decided_at,
  case when decided_by_no is not null then employee_id(decided_by_no) end as decided_by,
  decision,
  row_number() over (order by appeal_id)::bigint as _key,
  row_number() over (order by appeal_id)::bigint as _order,
  null::date as _date,
  null::bigint as _cents
from appraisal_appeal
