-- table: core.appraisal_contradiction
-- kind:  view
-- grain: one row per manual score, or field of a decision, of which two rows say different things
-- key:   kind, employee_id, period, name
-- why:   of two rows with one key the first is taken and the second stands in quarantine; where both are
--        about somebody's grade or pay neither counts until one of them is taken away
select
  'score' as kind,
  other.employee_id,
  other.period,
  other.indicator as name
from refused.appraisal_input as other
inner join staging.appraisal_input as accepted
  on
    other.employee_id = accepted.employee_id
    and other.period = accepted.period
    and other.indicator = accepted.indicator
where other._rule = 'duplicate_key' and other.score is distinct from accepted.score
group by other.employee_id, other.period, other.indicator
union all
select
  'decision' as kind,
  other.employee_id,
  other.period,
  other.field as name
from refused.appraisal_override as other
inner join staging.appraisal_override as accepted
  on
    other.employee_id = accepted.employee_id
    and other.period = accepted.period
    and other.field = accepted.field
where other._rule = 'duplicate_key' and trim(other.after) is distinct from trim(accepted.after)
group by other.employee_id, other.period, other.field
