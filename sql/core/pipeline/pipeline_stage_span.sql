-- table: core.pipeline_stage_span
-- grain: one row per opportunity and span of days with one amount, owner and stage while open
-- key:   opportunity_id, stage_id, valid_from
-- why:   the weighted pipeline of a past day needs the stage each deal was in then; a stage left on
--        the day it was entered has no days
with visit as (
  select
    opportunity_id,
    stage_id,
    entered_date,
    coalesce(
      lead(entered_date) over (partition by opportunity_id order by visit_no), date '9999-12-31'
    ) as next_entered_date
  from core.fct_stage_visit
)

select
  span.opportunity_id,
  visit.stage_id,
  coalesce(span.owner_id, '(none)') as owner_id,
  opportunity.segment,
  greatest(span.valid_from, visit.entered_date) as valid_from,
  least(span.valid_before, visit.next_entered_date) as valid_before,
  coalesce(span.amount_base, 0) as amount_base,
  span._load,
  span._line
from core.pipeline_span as span
inner join core.fct_opportunity as opportunity on span.opportunity_id = opportunity.opportunity_id
inner join visit
  on
    span.opportunity_id = visit.opportunity_id
    and span.valid_from < visit.next_entered_date
    and span.valid_before > visit.entered_date
where greatest(span.valid_from, visit.entered_date) < least(span.valid_before, visit.next_entered_date)
