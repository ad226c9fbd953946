-- table: core.fct_activity
-- kind:  view
-- grain: one row per sales activity up to the day of the report
-- key:   activity_id
-- why:   calls and visits by day
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
  activity.is_effective,
  activity._load,
  activity._line
from staging.activity as activity
cross join core.parameter as parameter
where activity.occurred_at < parameter.as_of_end
