-- calibration moves and appeals decided for the periods shown, each with its reason
select
  decision.employee_id,
  decision.period,
  decision.field,
  decision.before,
  decision.after,
  decision.computed,
  decision.is_applied,
  decision.refused_for,
  decision.reason,
  decision.approved_by,
  decision.decided_at
from mart.appraisal_decision as decision
where decision.decided_at >= cast($as_of as date) - interval 12 month
order by decision.is_applied asc, decision.decided_at desc, decision.employee_id asc, decision.field asc
