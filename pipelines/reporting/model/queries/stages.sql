-- stages of the process in their order
select
  stage_id,
  stage_order,
  label_zh,
  label_en,
  object,
  is_won_stage,
  entry_zh,
  entry_en,
  judged_by
from policy.stage
order by stage_order
