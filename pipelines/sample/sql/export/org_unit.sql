-- grain: one row per unit, as HR prints it
-- why:   hr/org_unit.csv
select
  unit_id,
  name,
  kind,
  parent_unit_id,
  employee_id(leader_no) as leader_id,
  row_number() over (order by list_position(['company', 'region', 'team'], kind), unit_id)::bigint as _key,
  row_number() over (order by list_position(['company', 'region', 'team'], kind), unit_id)::bigint
    as _order,
  null::date as _date,
  null::bigint as _cents
from org_unit
