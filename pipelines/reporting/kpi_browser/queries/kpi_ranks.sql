-- places of people in the current periods, for the KPIs by which people are ranked
select
  kpi_rank.kpi_id,
  kpi_rank.period_kind,
  kpi_rank.employee_id,
  kpi_rank.rank,
  kpi_rank.peers
from mart.kpi_rank as kpi_rank
inner join core.period as period
  on kpi_rank.period_kind = period.period_kind and kpi_rank.period_start = period.period_start
where period.is_current
