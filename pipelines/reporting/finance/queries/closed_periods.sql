-- closed months, the latest first
select
  period,
  number,
  closed_at,
  closed_by,
  as_of_date,
  line_count,
  seal
from core.closed_period
order by period desc
