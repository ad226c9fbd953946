-- table: core.contradicted_target
-- kind:  view
-- grain: one row per person, period, indicator and moment for which two rows agree on different targets
-- key:   employee_id, period, indicator, agreed_at
-- why:   as core.contradicted_score, of targets: which was agreed cannot be told until one is taken away
select
  other.employee_id,
  other.period,
  other.indicator,
  other.agreed_at
from refused.agreed_target as other
inner join staging.agreed_target as accepted
  on
    other.employee_id = accepted.employee_id
    and other.period = accepted.period
    and other.indicator = accepted.indicator
    and other.agreed_at = accepted.agreed_at
where other._rule = 'duplicate_key' and other.target is distinct from accepted.target
group by other.employee_id, other.period, other.indicator, other.agreed_at
