-- how the company's pipeline of this week moved, by cause
select
  cause,
  amount,
  deals
from mart.pipeline_movement
where
  period_kind = 'week' and period_start = $week_start and scope_kind = 'company'
order by cause
