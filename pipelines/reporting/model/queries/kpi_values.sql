-- KPI values of all scopes of one kind: the current periods, and the history a tile's line shows;
-- what is wanted is named as kpi:period_kind
select
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
  prior_year_value,
  no_data_reason
from mart.kpi_recent
where
  scope_kind = $scope_kind
  and list_contains($kpi_ids, kpi_id)
  and (
    (
      list_contains($wanted, concat(kpi_id, ':', period_kind))
      and (
        (period_kind = 'week' and period_start = $week_start)
        or (period_kind = 'month' and period_start = $month_start)
        or (period_kind = 'quarter' and period_start = $quarter_start)
        or (period_kind = 'rolling_13w' and period_start = $rolling_start)
        or (period_kind = 'day' and period_start = $working_day)
      )
    )
    or (
      list_contains($histories, concat(kpi_id, ':', period_kind))
      and period_end between $history_from and $history_to
    )
  )
