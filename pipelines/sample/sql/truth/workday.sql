-- grain: one row per working day
-- why:   durations are counted in working days and turned back into dates here
select
  workday_no,
  day,
  quarter_end_workday_no,
  month_end_workday_no
from calendar
where is_workday
