-- check:    funnel_outcomes_add_up
-- guards:   mart.funnel_stage
-- severity: block
-- zh:       各阶段去向之和 = 进入数
-- en:       the outcomes of each stage add up to its entries
-- why:      a deal that entered a stage is in exactly one place: advanced, lost, gone back or open
select
  mode,
  stage_id,
  period_kind,
  period_start,
  scope_kind,
  scope_id,
  entered
from mart.funnel_stage
where entered <> advanced + lost + regressed + open
