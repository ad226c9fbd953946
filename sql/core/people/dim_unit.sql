-- table: core.dim_unit
-- grain: one row per organisational unit
-- key:   unit_id
-- why:   a unit knows the team and the region it counts for
with unit as (
  select
    unit_id,
    name,
    kind,
    parent_unit_id,
    leader_id,
    _load,
    _line
  from staging.org_unit
)

select
  unit.unit_id,
  unit.name,
  unit.kind,
  unit.parent_unit_id,
  unit.leader_id,
  case when unit.kind = 'team' then unit.unit_id end as team_id,
  case
    when unit.kind = 'region' then unit.unit_id
    when parent.kind = 'region' then parent.unit_id
  end as region_id,
  unit._load,
  unit._line
from unit
left join unit as parent on unit.parent_unit_id = parent.unit_id
