-- each owner's open deals, those that need a step first, the largest first
with ranked as (
  select
    *,
    count(*) over owned as deals,
    sum(amount_base) over owned as amount,
    sum(case when reasons > 0 then 1 else 0 end) over owned as flagged,
    row_number() over (
      partition by owner_id
      order by case when reasons > 0 then 0 else 1 end, amount_rank
    ) as place
  from mart.deal_attention
  window owned as (partition by owner_id)
)

select
  owner_id,
  opportunity_id,
  name,
  customer_name,
  stage_id,
  amount_base,
  was_due_date,
  first_due_date,
  expected_close_date,
  pushes,
  next_step,
  next_step_date,
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
  is_beyond_authority,
  reasons,
  deals,
  amount,
  flagged
from ranked
where place <= $held_rows
order by owner_id, place
