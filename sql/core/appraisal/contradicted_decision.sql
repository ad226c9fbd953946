-- table: core.contradicted_decision
-- kind:  view
-- grain: one row per person, period and field for which two rows decide differently
-- key:   employee_id, period, field
-- why:   as core.contradicted_score, of decisions on a score or a grade: neither moves anything until one
--        of them is taken away
select
  other.employee_id,
  other.period,
  other.field
from refused.appraisal_override as other
inner join staging.appraisal_override as accepted
  on
    other.employee_id = accepted.employee_id
    and other.period = accepted.period
    and other.field = accepted.field
where other._rule = 'duplicate_key' and trim(other.after) is distinct from trim(accepted.after)
group by other.employee_id, other.period, other.field
