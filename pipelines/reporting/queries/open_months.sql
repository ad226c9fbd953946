-- up to which month the books are closed, and where corrections are posted
select
  last_period,
  open_period,
  exists (select 1 from core.closed_period) as is_begun
from core.open_period
