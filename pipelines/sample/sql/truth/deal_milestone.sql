-- grain: one row per deal
-- why:   first proposal, last negotiation and where the deal stands now
select
  deal_key,
  min(entered_at) filter (where stage_no = 4) as proposal_at,
  max(entered_at) filter (where stage_no = 5) as negotiation_at,
  min(entered_at) filter (where stage_no >= 4) as quoted_from_at,
  arg_max(stage_no, visit_no) as stage_no,
  max(stage_no) as furthest_stage_no,
  arg_max(entered_at, visit_no) as stage_entered_at
from stage_visit
group by deal_key
