-- all KPIs of the company, its regions, teams and people in the current periods; of the company
-- thirteen weeks one by one, of people only what has a value
select
  scope_kind,
  scope_id,
  kpi_id,
  period_kind,
  period_start,
  period_end,
  numerator,
  denominator,
  value,
  n,
  target,
  previous_value,
  prior_year_value
from mart.kpi_recent
where
  scope_kind in ('company', 'region', 'team', 'employee')
  and (scope_kind <> 'employee' or n > 0)
  and (
    (period_kind = 'week' and period_start = $week_start)
    or (period_kind = 'month' and period_start = $month_start)
    or (period_kind = 'quarter' and period_start = $quarter_start)
    or (period_kind = 'rolling_13w' and period_start = $rolling_start and scope_kind = 'company')
    or (
      scope_kind = 'company'
      and period_kind = 'week'
      and period_end between $history_from and $history_to
    )
  )
