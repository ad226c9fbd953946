-- the largest deals that need somebody
select
  opportunity_id,
  name,
  customer_name,
  owner_id,
  region_id,
  stage_id,
  amount_base,
  was_due_date,
  first_due_date,
  expected_close_date,
  pushes,
  days_in_stage,
  stage_p75_days,
  expected_stage_days,
  is_never_moved,
  idle_days,
  discount_beyond_pct,
  is_slipped,
  is_past_due,
  is_ageing,
  is_idle,
  is_without_decision_maker,
  is_beyond_authority
from mart.deal_attention
where reasons > 0
order by amount_rank
limit 12
