-- table: commission.open_period
-- grain: one row
-- key:   open_period
-- why:   what is known late of closed months is posted in the month after the last one closed
select
  coalesce(max(closed.period), '0001-01') as last_period,
  coalesce(
    strftime(
      cast(max(closed.period) || '-01' as date) + interval 1 month, '%Y-%m'
    ),
    '0001-02'
  ) as open_period
from core.closed_period as closed
