-- up to which month the books are closed, and where corrections are posted
select
  books.last_period,
  books.open_period,
  closed.periods > 0 as is_begun
from commission.open_period as books
cross join (
  select count(*) as periods
  from core.closed_period
) as closed
