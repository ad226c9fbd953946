-- grain: one row per sales team (a team that changes region keeps its number)
-- why:   eight teams in four regions; one moves from 华北 to 西部 on 2026-01-01
with numbered as (
  select
    getvariable('teams')::int as teams,
    unnest(range(1, getvariable('teams') + 1))::int as team_no
),

placed as (
  select
    team_no,
    teams,
    case
      when team_no * 8 <= teams * 3 then 1
      when team_no * 8 <= teams * 5 then 2
      when team_no * 8 <= teams * 7 then 3
      else 4
    end as region_no
  from numbered
)

select
  team_no,
  region_no,
  team_no * 8 = teams * 7 as is_moved,
  case when team_no * 8 = teams * 7 then 4 else region_no end as region_no_2026,
  team_id(team_no) as unit_id,
  -- the moved team is a new unit below its new region, so that the old one keeps its history
  case
    when team_no * 8 = teams * 7 then team_id(teams + 1) else team_id(team_no)
  end as unit_id_2026,
  row_number() over (partition by region_no order by team_no)::int as place_in_region
from placed
