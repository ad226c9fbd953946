-- what policy says about closing a month
select
  books.unexplained_blocks,
  books.disputes_block,
  books.timing_days
from policy.commission_books as books
