-- KPIs that cannot be computed, and the exports they lack
select
  kpi_id,
  reason
from kpi.no_data
