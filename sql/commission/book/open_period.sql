-- table: commission.open_period
-- grain: one row: the month after the last one closed
-- key:   open_period
-- why:   where what is known late of closed months is posted (commission.correction_line)
select
  coalesce(max(closed.period), '0001-01') as last_period,
  coalesce(
    strftime(
      cast(max(closed.period) || '-01' as date) + interval 1 month, '%Y-%m'
    ),
    '0001-02'
  ) as open_period
from core.closed_period as closed
