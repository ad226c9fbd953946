-- quotas, actuals and the pace of working days, for the periods and measures a page compares
select
  period_kind,
  period_start,
  scope_kind,
  scope_id,
  measure,
  quota,
  quota_to_date,
  actual,
  attainment,
  pace,
  elapsed_share
from mart.quota_attainment
where
  (period_kind = 'quarter' and period_start = $quarter_start)
  or (period_kind = 'month' and period_start = $month_start)
  or (period_kind = 'week' and period_start = $week_start)
