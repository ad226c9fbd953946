-- the periods the day of the report lies in, and the last complete month
select
  period_kind,
  period_start,
  period_end,
  previous_start
from core.period
where is_current
