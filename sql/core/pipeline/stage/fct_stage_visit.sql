-- table: core.fct_stage_visit
-- grain: one row per opportunity and visit to a stage
-- key:   opportunity_id, visit_no
-- why:   conversion and time in stage need visits, not stages: deals go back and stages are skipped.
--        A change between two names of one stage, or a save without a change, is the same visit
with stage as (
  select
    stage_id,
    stage_order,
    is_won_stage
  from policy.stage
  where object = 'opportunity'
),

-- a name that says the deal is over is no stage it was in: its outcome says so too
stage_name as (
  select
    name,
    stage_id
  from policy.stage_name
  where not is_end
),

change as (
  select
    event.opportunity_id,
    event.changed_at,
    old_name.stage_id as old_stage_id,
    new_name.stage_id as new_stage_id,
    event._load,
    event._line
  from staging.opportunity_event as event
  cross join core.parameter as parameter
  left join stage_name as old_name on event.old_value = old_name.name
  left join stage_name as new_name on event.new_value = new_name.name
  where event.field = 'stage' and event.changed_at < parameter.as_of_end
),

first_change as (
  select
    opportunity_id,
    arg_min(old_stage_id, changed_at) as stage_at_creation
  from change
  where old_stage_id is not null
  group by opportunity_id
),

entry as (
  select
    opportunity.opportunity_id,
    opportunity.created_at as entered_at,
    coalesce(first_change.stage_at_creation, opportunity.stage) as stage_id,
    opportunity._load,
    opportunity._line,
    true as is_creation
  from core.fct_opportunity as opportunity
  left join first_change on opportunity.opportunity_id = first_change.opportunity_id
  union all
  select
    opportunity_id,
    changed_at as entered_at,
    new_stage_id as stage_id,
    _load,
    _line,
    false as is_creation
  from change
),

placed as (
  select
    entry.opportunity_id,
    entry.entered_at,
    entry.stage_id,
    stage.stage_order,
    stage.is_won_stage,
    entry.is_creation,
    entry._load,
    entry._line,
    lag(stage.stage_order) over (
      partition by entry.opportunity_id
      order by not entry.is_creation, entry.entered_at, stage.stage_order
    ) as order_before
  from entry
  inner join stage on entry.stage_id = stage.stage_id
),

ordered as (
  select
    opportunity_id,
    entered_at,
    stage_id,
    stage_order,
    is_won_stage,
    _load,
    _line,
    row_number() over seen as visit_no,
    lead(entered_at) over seen as next_entered_at,
    lead(stage_order) over seen as next_order,
    -- how far the deal had ever been before this visit
    coalesce(max(stage_order) over (
      partition by opportunity_id
      order by not is_creation, entered_at, stage_order
      rows between unbounded preceding and 1 preceding
    ), 0) as highest_before
  from placed
  where order_before is null or order_before <> stage_order
  window seen as (
    partition by opportunity_id
    order by not is_creation, entered_at, stage_order
  )
)

select
  ordered.opportunity_id,
  ordered.visit_no,
  ordered.stage_id,
  ordered.stage_order,
  opportunity.owner_id,
  opportunity.segment,
  opportunity.amount_base,
  ordered.entered_at,
  cast(ordered.entered_at as date) as entered_date,
  coalesce(ordered.next_entered_at, opportunity.closed_at) as left_at,
  cast(coalesce(ordered.next_entered_at, opportunity.closed_at) as date) as left_date,
  case
    when ordered.next_order > ordered.stage_order then 'advanced'
    when ordered.next_order < ordered.stage_order then 'regressed'
    when opportunity.is_won then 'advanced'
    when opportunity.is_open then 'open'
    else 'lost'
  end as result,
  case
    when not ordered.is_won_stage and coalesce(ordered.next_entered_at, opportunity.closed_at) is not null
      then
        date_diff(
          'second', ordered.entered_at, coalesce(ordered.next_entered_at, opportunity.closed_at)
        ) / cast(86400 as double)
  end as days,
  ordered.is_won_stage,
  ordered.highest_before,
  ordered.next_order is null as is_latest,
  ordered._load,
  ordered._line
from ordered
inner join core.fct_opportunity as opportunity on ordered.opportunity_id = opportunity.opportunity_id
