-- check:    deals_have_a_stage
-- guards:   core.fct_opportunity
-- severity: block
-- zh:       每个商机都处于流程的某一阶段
-- en:       every deal stands in a stage of the process
-- why:      a deal under a name that no stage claims would be missing from the funnel unseen
select
  opportunity.opportunity_id,
  staged.stage as exported_stage,
  opportunity._load,
  opportunity._line
from core.fct_opportunity as opportunity
left join staging.opportunity as staged on opportunity.opportunity_id = staged.opportunity_id
where opportunity.stage is null
