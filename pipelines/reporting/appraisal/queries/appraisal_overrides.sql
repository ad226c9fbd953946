-- calibration moves and appeals decided for the periods shown, each with its reason
select
  decision.employee_id,
  decision.period,
  decision.field,
  decision.before,
  decision.after,
  decision.reason,
  decision.approved_by,
  decision.decided_at
from staging.appraisal_override as decision
cross join core.parameter as parameter
where
  decision.decided_at < parameter.as_of_end
  and decision.decided_at >= cast($as_of as date) - interval 12 month
order by decision.decided_at desc, decision.employee_id asc, decision.field asc
