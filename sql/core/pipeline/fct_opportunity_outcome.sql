-- table: core.fct_opportunity_outcome
-- grain: one row per opportunity created up to the day of the report
-- key:   opportunity_id
-- why:   what became of the deals of one time: how far they came, whether a contract was signed, what
--        work they took
with proposal as (
  select min(stage_order) as stage_order
  from policy.stage
  where milestone = 'proposal'
),

furthest as (
  select
    visit.opportunity_id,
    max(visit.stage_order) as stage_order
  from core.fct_stage_visit as visit
  group by visit.opportunity_id
),

signed as (
  select distinct opportunity_id
  from core.fct_contract
  where opportunity_id is not null
),

work as (
  select
    opportunity_id,
    count(*) as activities
  from core.fct_activity
  where opportunity_id is not null
  group by opportunity_id
)

select
  opportunity.opportunity_id,
  opportunity.owner_id,
  opportunity.created_owner_id,
  opportunity.segment,
  opportunity.created_date,
  opportunity.closed_date,
  opportunity.outcome,
  opportunity.is_won,
  -- unknown where the process has no stage that is the proposal
  case
    when proposal.stage_order is not null
      then coalesce(opportunity.is_lost and furthest.stage_order < proposal.stage_order, false)
  end as is_early_loss,
  signed.opportunity_id is not null as has_contract,
  coalesce(work.activities, 0) as activities,
  opportunity.created_date + term.matured_after_days * interval 1 day <= parameter.as_of_date as is_mature,
  opportunity._load,
  opportunity._line
from core.fct_opportunity as opportunity
cross join core.parameter as parameter
cross join policy.term as term
cross join proposal
left join furthest on opportunity.opportunity_id = furthest.opportunity_id
left join signed on opportunity.opportunity_id = signed.opportunity_id
left join work on opportunity.opportunity_id = work.opportunity_id
