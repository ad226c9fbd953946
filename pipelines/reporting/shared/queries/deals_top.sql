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
  ranked.opportunity_id,
  ranked.name,
  ranked.customer_id,
  ranked.customer_name,
  ranked.owner_id,
  ranked.team_id,
  ranked.region_id,
  ranked.stage_id,
  ranked.amount_base,
  ranked.was_due_date,
  ranked.first_due_date,
  ranked.expected_close_date,
  ranked.pushes,
  ranked.days_in_stage,
  ranked.stage_p75_days,
  ranked.expected_stage_days,
  ranked.is_never_moved,
  ranked.idle_days,
  ranked.discount_beyond_pct,
  ranked.is_slipped,
  ranked.is_past_due,
  ranked.is_ageing,
  ranked.is_idle,
  ranked.is_without_decision_maker,
  ranked.is_beyond_authority,
  ranked.place_in_company,
  ranked.place_in_region,
  ranked.place_in_team,
  load.record_url
from ranked
left join mart.load as load on ranked._load = load.load_id
where
  ranked.place_in_company <= $held_rows
  or ranked.place_in_region <= $held_rows
  or ranked.place_in_team <= $held_rows
order by ranked.amount_rank
