-- table: core.fct_activity
-- kind:  view
-- grain: one row per sales activity up to the day of the report
-- key:   activity_id
-- why:   calls, visits and demos by day, and whether they were written down in time
select
  activity.activity_id,
  activity.type,
  activity.employee_id,
  cast(activity.occurred_at as date) as occurred_date,
  activity.occurred_at,
  activity.logged_at,
  activity.opportunity_id,
  activity.customer_id,
  activity.lead_id,
  coalesce(activity.is_effective, false) as is_effective,
  activity.type in ('demo', 'poc') as is_demo,
  activity.outcome,
  activity.score,
  coalesce(
    activity.logged_at <= activity.occurred_at + term.activity_logged_within_hours * interval 1 hour,
    false
  ) as is_logged_on_time,
  activity._load,
  activity._line
from staging.activity as activity
cross join core.parameter as parameter
cross join policy.term as term
where activity.occurred_at < parameter.as_of_end
