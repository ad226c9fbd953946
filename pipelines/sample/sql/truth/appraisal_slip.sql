-- grain: one row per reward or fault slip
-- why:   a few of each in the last quarters
with person as (
  select
    employee_no,
    row_number() over (order by draw('slips', employee_no), employee_no) as place
  from employee
  where role in ('rep', 'service', 'sdr') and leave_date is null and joined_date is null
)

select
  person.employee_no,
  entry.slip_date::date as slip_date,
  entry.kind,
  entry.points,
  entry.reason,
  (
    select min(employee_no) from employee
    where role = 'director'
  ) as approved_by_no
from (
  values
  (1, '2026-05-20', 'reward', 3, '客户书面表扬'),
  (2, '2026-07-09', 'reward', 4, '协助西区拿下关键客户'),
  (3, '2026-08-12', 'fault', 5, '未经审批对外报价'),
  (4, '2026-08-28', 'fault', 2, '连续两周未更新商机'),
  (5, '2026-09-17', 'reward', 2, '新人带教')
) as entry (no, slip_date, kind, points, reason)
inner join person on entry.no = person.place
