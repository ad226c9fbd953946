-- between which values headline figures lie until rows in quarantine are set right
select
  scope_id,
  kpi_id,
  period_kind,
  value,
  lowest,
  highest,
  row_count
from mart.kpi_range
where scope_kind = $scope_kind
