-- units of the organisation with the one above and whoever leads them
select
  unit_id,
  name,
  parent_unit_id,
  leader_id
from staging.org_unit
order by unit_id
