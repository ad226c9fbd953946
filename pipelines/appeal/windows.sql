-- where the KPI behind each indicator of a person's scorecard is measured: of whom, in which windows
select
  part_id as indicator,
  kpi_id,
  window_kind,
  window_start,
  scope_kind,
  scope_id
from core.appraisal_look
where part = 'indicator' and employee_id = $1 and period = $2
order by last_day desc, position asc, window_start asc
