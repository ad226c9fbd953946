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
  * exclude (_load, _line),
  _load as load_id
from ranked
where
  place_in_company <= $held_rows
  or place_in_region <= $held_rows
  or place_in_team <= $held_rows
order by amount_rank
