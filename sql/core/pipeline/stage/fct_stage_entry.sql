-- table: core.fct_stage_entry
-- grain: one row per opportunity and stage it entered or skipped
-- key:   opportunity_id, stage_id
-- why:   the entry cohort: of deals that first entered a stage, how many advanced, were lost, went
--        back or are still open; a deal that reached a later stage has passed the skipped ones, but
--        not those that are no part of the process for its segment
with latest as (
  select
    opportunity_id,
    stage_order as current_order
  from core.fct_stage_visit
  where is_latest
),

-- what happened goes before what should have: a deal may have been in a stage its segment skips
been as (
  select distinct
    visit.opportunity_id,
    visit.stage_id
  from core.fct_stage_visit as visit
  inner join policy.stage_segment as difference
    on
      visit.stage_id = difference.stage_id
      and visit.segment = difference.segment
      and difference.is_skipped
)

select
  visit.opportunity_id,
  stage.stage_id,
  stage.stage_order,
  coalesce(span.owner_id, visit.owner_id) as owner_id,
  visit.segment,
  visit.amount_base,
  visit.entered_at,
  visit.entered_date,
  -- the day it first came further, or was won from here
  cast(coalesce(
    lead(visit.entered_at) over (partition by visit.opportunity_id order by stage.stage_order),
    case when opportunity.is_won then opportunity.closed_at end
  ) as date) as passed_date,
  stage.stage_id <> visit.stage_id as is_skipped,
  stage.is_won_stage,
  stage.milestone,
  coalesce(opportunity.decision_maker_identified, false) as is_decision_maker_identified,
  opportunity.requirement_completeness,
  case
    when opportunity.is_won or latest.current_order > stage.stage_order then 'advanced'
    when latest.current_order < stage.stage_order then 'regressed'
    when opportunity.is_open then 'open'
    else 'lost'
  end as result,
  visit._load,
  visit._line
from core.fct_stage_visit as visit
inner join policy.stage as stage
  on
    stage.object = 'opportunity'
    and visit.highest_before < stage.stage_order
    and visit.stage_order >= stage.stage_order
left join policy.stage_segment as difference
  on stage.stage_id = difference.stage_id and visit.segment = difference.segment
left join been on visit.opportunity_id = been.opportunity_id and stage.stage_id = been.stage_id
inner join latest on visit.opportunity_id = latest.opportunity_id
inner join core.fct_opportunity as opportunity on visit.opportunity_id = opportunity.opportunity_id
left join core.opportunity_owner_span as span
  on
    visit.opportunity_id = span.opportunity_id
    and visit.entered_at >= span.valid_from
    and visit.entered_at < span.valid_before
where been.stage_id is not null or not coalesce(difference.is_skipped, false)
