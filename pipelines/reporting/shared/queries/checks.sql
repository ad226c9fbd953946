-- verdicts of the run's checks, with the rows they show
select
  check_id,
  table_name,
  severity,
  status,
  cast(offenders as bigint) as offenders,
  zh,
  en,
  evidence,
  amount
from mart.check_result
order by severity, check_id, table_name
