-- table: core.fct_joint_visit
-- grain: one row per visit on which one of the two visitors led the other that day
-- key:   activity_id
-- why:   how often a leader goes along to customers; it counts for the leader, whoever wrote it down
with visit as (
  select
    activity.activity_id,
    activity.occurred_date,
    activity.customer_id,
    activity.employee_id as visitor_id,
    staged.accompanied_by as companion_id,
    activity._load,
    activity._line
  from core.fct_activity as activity
  inner join staging.activity as staged on activity.activity_id = staged.activity_id
  where activity.type = 'visit' and staged.accompanied_by is not null
),

pair as (
  select
    activity_id,
    visitor_id as member_id,
    companion_id as leader_id
  from visit
  union all
  select
    activity_id,
    companion_id as member_id,
    visitor_id as leader_id
  from visit
),

led as (
  select
    pair.activity_id,
    pair.leader_id,
    pair.member_id
  from pair
  inner join visit on pair.activity_id = visit.activity_id
  inner join core.manager_span as span
    on
      pair.member_id = span.employee_id
      and pair.leader_id = span.manager_id
      and visit.occurred_date between span.valid_from and span.valid_to
  -- who lead each other are one pair, not two
  qualify row_number() over (partition by pair.activity_id order by pair.leader_id) = 1
)

select
  visit.activity_id,
  led.leader_id,
  led.member_id,
  visit.occurred_date,
  visit.customer_id,
  visit._load,
  visit._line
from visit
inner join led on visit.activity_id = led.activity_id
