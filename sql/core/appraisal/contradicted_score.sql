-- table: core.contradicted_score
-- kind:  view
-- grain: one row per person, period and manual indicator for which two rows state different scores
-- key:   employee_id, period, indicator
-- why:   of two rows with one key the first is taken and the second stands in quarantine; where they say
--        different things about somebody neither counts until one of them is taken away
select
  other.employee_id,
  other.period,
  other.indicator
from refused.appraisal_input as other
inner join staging.appraisal_input as accepted
  on
    other.employee_id = accepted.employee_id
    and other.period = accepted.period
    and other.indicator = accepted.indicator
where other._rule = 'duplicate_key' and other.score is distinct from accepted.score
group by other.employee_id, other.period, other.indicator
