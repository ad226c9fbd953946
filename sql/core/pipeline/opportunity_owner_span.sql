-- table: core.opportunity_owner_span
-- grain: one row per handed-over opportunity and span with one owner
-- key:   opportunity_id, valid_from
-- why:   a deal handed over counts for each owner only while it was theirs; deals that never
--        changed hands are left out, their owner is the one on the deal
with handover as (
  select
    event.opportunity_id,
    event.changed_at,
    event.old_value,
    event.new_value,
    row_number() over (partition by event.opportunity_id order by event.changed_at) as position
  from staging.opportunity_event as event
  cross join core.parameter as parameter
  where event.field = 'owner_id' and event.changed_at < parameter.as_of_end
),

spans as (
  select
    opportunity_id,
    old_value as owner_id,
    timestamp '0001-01-01 00:00:00' as valid_from
  from handover
  where position = 1 and old_value is not null
  union all
  select
    opportunity_id,
    new_value as owner_id,
    changed_at as valid_from
  from handover
)

select
  opportunity_id,
  owner_id,
  valid_from,
  coalesce(
    lead(valid_from) over (partition by opportunity_id order by valid_from),
    timestamp '9999-12-31 00:00:00'
  ) as valid_before
from spans
