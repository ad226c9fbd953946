-- organisational units a page may name
select
  unit_id,
  name,
  kind,
  region_id
from core.dim_unit
order by unit_id
