-- the largest deals that need somebody, of the company and of each region and team
with ranked as (
  select
    *,
    row_number() over (order by amount_rank) as place_in_company,
    row_number() over (partition by region_id order by amount_rank) as place_in_region,
    row_number() over (partition by team_id order by amount_rank) as place_in_team
  from mart.deal_attention
  where reasons > 0
)

select
  opportunity_id,
  name,
  customer_id,
  customer_name,
  owner_id,
  team_id,
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
  is_beyond_authority,
  place_in_company,
  place_in_region,
  place_in_team
from ranked
where
  place_in_company <= $held_rows
  or place_in_region <= $held_rows
  or place_in_team <= $held_rows
order by amount_rank
