-- until when everybody who was appraised may appeal
select
  result.period as key,
  result.employee_id as person,
  result.period,
  cast(
    total.period_end + (scheme.announced_days + scheme.appeal_days) * interval 1 day as date
  ) as day
from mart.appraisal_result as result
inner join mart.appraisal_total as total
  on result.employee_id = total.employee_id and result.period = total.period
inner join policy.appraisal_scheme as scheme
  on total.scheme_id = scheme.scheme_id and total.version = scheme.version
order by result.period, result.employee_id
