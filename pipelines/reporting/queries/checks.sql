-- verdicts of the run's checks
select
  check_id,
  table_name,
  severity,
  status,
  cast(offenders as bigint) as offenders,
  zh,
  en
from mart.check_result
order by severity, check_id, table_name
