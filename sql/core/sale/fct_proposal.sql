-- table: core.fct_proposal
-- grain: one row per opportunity with a submitted quote
-- key:   opportunity_id
-- why:   of the deals that got a proposal, how many accepted one; a deal whose first proposal is too
--        young has no verdict yet
with submitted as (
  select
    opportunity_id,
    min(submitted_date) as submitted_date,
    max(case when is_accepted then 1 else 0 end) = 1 as is_accepted
  from core.fct_quote
  where submitted_date is not null
  group by opportunity_id
)

select
  submitted.opportunity_id,
  coalesce(span.owner_id, opportunity.owner_id) as owner_id,
  opportunity.segment,
  submitted.submitted_date,
  submitted.is_accepted,
  submitted.submitted_date + term.matured_after_days * interval 1 day <= parameter.as_of_date as is_mature,
  opportunity._load,
  opportunity._line
from submitted
inner join core.fct_opportunity as opportunity on submitted.opportunity_id = opportunity.opportunity_id
cross join core.parameter as parameter
cross join policy.term as term
left join core.opportunity_owner_span as span
  on
    submitted.opportunity_id = span.opportunity_id
    and cast(submitted.submitted_date as timestamp) >= span.valid_from
    and cast(submitted.submitted_date as timestamp) < span.valid_before
