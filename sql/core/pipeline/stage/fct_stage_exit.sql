-- table: core.fct_stage_exit
-- grain: one row per settled visit to a stage
-- key:   opportunity_id, visit_no
-- why:   of deals that left a stage, how many advanced and how long they had been in it; the owner
--        is the one on the day of leaving
select
  visit.opportunity_id,
  visit.visit_no,
  visit.stage_id,
  coalesce(span.owner_id, visit.owner_id) as owner_id,
  visit.segment,
  visit.entered_at,
  visit.left_at,
  visit.left_date,
  visit.result,
  visit.days,
  stage.milestone,
  -- the last time it left: on the way to a win, or lost
  case
    when visit.result = 'lost' then 'lost'
    when
      visit.result = 'advanced'
      and opportunity.is_won
      and row_number() over (
        partition by visit.opportunity_id, visit.stage_id order by visit.visit_no desc
      ) = 1
      then 'won'
  end as closing,
  visit._load,
  visit._line
from core.fct_stage_visit as visit
inner join policy.stage as stage on visit.stage_id = stage.stage_id
inner join core.fct_opportunity as opportunity on visit.opportunity_id = opportunity.opportunity_id
left join core.opportunity_owner_span as span
  on
    visit.opportunity_id = span.opportunity_id
    and visit.left_at > span.valid_from
    and visit.left_at <= span.valid_before
where visit.result in ('advanced', 'lost', 'regressed') and not visit.is_won_stage
