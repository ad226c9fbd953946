-- table: core.fct_case
-- kind:  view
-- grain: one row per service case opened up to the day of the report
-- key:   case_id
-- why:   complaints, and how long customers wait; an answer given later has not been given yet
select
  service_case.case_id,
  service_case.customer_id,
  service_case.employee_id,
  service_case.category,
  service_case.severity,
  service_case.opened_at,
  cast(service_case.opened_at as date) as opened_date,
  case
    when service_case.first_response_at < parameter.as_of_end
      then
        date_diff('second', service_case.opened_at, service_case.first_response_at)
        / cast(3600 as double)
  end as response_hours,
  case
    when service_case.closed_at < parameter.as_of_end
      then date_diff('second', service_case.opened_at, service_case.closed_at) / cast(3600 as double)
  end as resolution_hours,
  service_case._load,
  service_case._line
from staging."case" as service_case
cross join core.parameter as parameter
where service_case.opened_at < parameter.as_of_end
