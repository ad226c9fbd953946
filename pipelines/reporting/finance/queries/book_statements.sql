-- the statement register: every payee and month, newest first
select
  period,
  payee_id,
  credit,
  earned,
  payable,
  paid,
  held,
  adjustments,
  draw_balance,
  is_closed,
  checksum
from mart.commission_statement
order by period desc, payee_id asc
