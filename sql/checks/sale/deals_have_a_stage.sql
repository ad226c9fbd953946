-- check:    deals_have_a_stage
-- guards:   core.fct_opportunity
-- severity: block
-- zh:       每个商机都处于流程的某一阶段
-- en:       every deal stands in a stage of the process
-- effect_zh: 这些商机不在漏斗和在途金额中：数字偏低。
-- effect_en: These deals are in no funnel and no pipeline: both are too low.
-- asks:     sales_ops
-- why:      a deal under a name that no stage claims would be missing from the funnel unseen
select
  opportunity.opportunity_id,
  staged.stage as exported_stage,
  opportunity._load,
  opportunity._line
from core.fct_opportunity as opportunity
left join staging.opportunity as staged on opportunity.opportunity_id = staged.opportunity_id
where opportunity.stage is null
