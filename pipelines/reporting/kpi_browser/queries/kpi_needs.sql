-- the exports that each KPI needs, one of their columns where that is what it needs
select
  kpi_id,
  table_name
from policy.kpi_need
order by kpi_id, table_name
