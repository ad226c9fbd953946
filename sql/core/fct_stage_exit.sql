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
  visit._load,
  visit._line
from core.fct_stage_visit as visit
left join core.opportunity_owner_span as span
  on
    visit.opportunity_id = span.opportunity_id
    and visit.left_at > span.valid_from
    and visit.left_at <= span.valid_before
where visit.result in ('advanced', 'lost', 'regressed') and not visit.is_won_stage
