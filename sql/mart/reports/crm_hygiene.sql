-- table: mart.crm_hygiene
-- grain: one row per employee with open deals or activities, and day looked at: the day of the
--        report and the day a week before it
-- key:   employee_id, as_of_date
-- why:   sales operations follow up with people, and see whether it is better than a week ago; which
--        fields were filled a week ago is not known, so completeness is of the day of the report only
with looked_at as (
  select
    as_of_date,
    stale_after_days
  from core.parameter
  union all
  select
    cast(as_of_date - interval 7 day as date) as as_of_date,
    stale_after_days
  from core.parameter
),

touch as (
  select
    opportunity_id,
    occurred_date as touched_date
  from core.fct_activity
  where opportunity_id is not null
  union all
  select
    event.opportunity_id,
    cast(event.changed_at as date) as touched_date
  from staging.opportunity_event as event
),

last_touch as (
  select
    touch.opportunity_id,
    looked_at.as_of_date,
    max(touch.touched_date) as touched_date
  from touch
  inner join looked_at on touch.touched_date <= looked_at.as_of_date
  group by touch.opportunity_id, looked_at.as_of_date
),

deal as (
  select
    span.owner_id as employee_id,
    looked_at.as_of_date,
    coalesce(span.expected_close_date < looked_at.as_of_date, false) as is_past_due,
    coalesce(
      export.row_count > 0
      and date_diff('day', coalesce(last_touch.touched_date, opportunity.created_date), looked_at.as_of_date)
      >= looked_at.stale_after_days,
      false
    ) as is_stale,
    now.required_fields,
    now.filled_fields,
    coalesce(now.filled_fields < now.required_fields, false) as is_incomplete
  from core.pipeline_span as span
  inner join looked_at
    on
      span.valid_from <= looked_at.as_of_date
      and span.valid_before > looked_at.as_of_date
  inner join core.fct_opportunity as opportunity on span.opportunity_id = opportunity.opportunity_id
  left join meta.export_state as export on export.table_name = 'activity'
  left join last_touch
    on
      span.opportunity_id = last_touch.opportunity_id
      and looked_at.as_of_date = last_touch.as_of_date
  left join core.fct_open_opportunity as now
    on
      span.opportunity_id = now.opportunity_id
      and looked_at.as_of_date = now.as_of_date
),

deals as (
  select
    employee_id,
    as_of_date,
    count(*) as open_deals,
    cast(sum(case when is_incomplete then 1 else 0 end) as bigint) as incomplete_deals,
    cast(sum(case when is_stale then 1 else 0 end) as bigint) as stale_deals,
    cast(sum(case when is_past_due then 1 else 0 end) as bigint) as past_due_deals,
    cast(sum(case when is_incomplete or is_stale or is_past_due then 1 else 0 end) as bigint)
      as flawed_deals,
    cast(sum(required_fields) as bigint) as required_fields,
    cast(sum(filled_fields) as bigint) as filled_fields
  from deal
  group by employee_id, as_of_date
),

-- an activity belongs into the CRM within the hours of policy; without a time of entry nothing is
-- said of it
logged as (
  select
    activity.employee_id,
    looked_at.as_of_date,
    count(*) as activities,
    cast(sum(case when activity.is_logged_on_time then 0 else 1 end) as bigint) as late_activities
  from core.fct_activity as activity
  inner join looked_at
    on
      activity.occurred_date <= looked_at.as_of_date
      and activity.occurred_date > looked_at.as_of_date - interval 91 day
  where activity.logged_at is not null
  group by activity.employee_id, looked_at.as_of_date
)

select
  coalesce(deals.employee_id, logged.employee_id) as employee_id,
  coalesce(deals.as_of_date, logged.as_of_date) as as_of_date,
  coalesce(deals.open_deals, 0) as open_deals,
  case
    when coalesce(deals.as_of_date, logged.as_of_date) = parameter.as_of_date
      then coalesce(deals.incomplete_deals, 0)
  end as incomplete_deals,
  coalesce(deals.stale_deals, 0) as stale_deals,
  coalesce(deals.past_due_deals, 0) as past_due_deals,
  case
    when coalesce(deals.as_of_date, logged.as_of_date) = parameter.as_of_date
      then coalesce(deals.flawed_deals, 0)
  end as flawed_deals,
  deals.required_fields,
  deals.filled_fields,
  coalesce(logged.activities, 0) as activities,
  coalesce(logged.late_activities, 0) as late_activities
from deals
full outer join logged
  on deals.employee_id = logged.employee_id and deals.as_of_date = logged.as_of_date
cross join core.parameter as parameter
