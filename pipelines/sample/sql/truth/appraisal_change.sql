-- grain: one row per decided change
-- why:   a handful of calibration moves and appeals; the third was decided before late receipts changed
--        the score, and has to be made again
with rep as (
  -- the second appeal is that of the person who was on the long leave
  select
    employee_no,
    case when seat_no = 10 then 2 else row_number() over (
      partition by seat_no = 10 order by draw('calibrated', employee_no), employee_no
    ) + case when row_number() over (
      partition by seat_no = 10 order by draw('calibrated', employee_no), employee_no
    ) > 1 then 1 else 0 end end as place
  from employee
  where role = 'rep' and leave_date is null and joined_date is null
)

select
  rep.employee_no,
  entry.period,
  entry.field,
  entry.before_value,
  entry.after_value,
  entry.reason,
  (
    select min(employee_no) from employee
    where role = 'hr'
  ) as approved_by_no,
  entry.decided_at::timestamp as decided_at
from (
  values
  (1, '2026-Q2', 'grade', 'A', 'S', '校准会：关键客户突破，区域经理提议', '2026-07-14 15:20'),
  (2, '2026-Q2', 'score', 'held', '74.0', '申诉成立：产假期间指标应按在岗天数折算', '2026-07-21 10:05'),
  (3, '2026-Q3', 'grade', 'A', 'B', '校准会：回款门槛未达到', '2026-10-15 16:40'),
  (4, '2026-Q3', 'grade', 'B', 'A', '校准会：接手离职同事客户，首季保护', '2026-10-15 16:55')
) as entry (no, period, field, before_value, after_value, reason, decided_at)
inner join rep on entry.no = rep.place
