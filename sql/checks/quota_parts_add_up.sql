-- check:    quota_parts_add_up
-- guards:   core.quota_day
-- severity: warn
-- zh:       下级目标之和 = 上级目标
-- en:       the quotas of the regions add up to the company's, and of the teams to their region's
-- why:      an over- or under-allocated quota makes every attainment below it wrong
with unit_quota as (
  select
    quota.scope_id,
    unit.kind,
    unit.parent_unit_id,
    quota.measure,
    quota.period_start,
    quota.amount
  from staging.quota as quota
  inner join core.dim_unit as unit on quota.scope_id = unit.unit_id
  where quota.scope_kind = 'unit'
)

select
  parent.scope_id as unit_id,
  parent.measure,
  parent.period_start,
  parent.amount as quota,
  sum(child.amount) as sum_of_parts,
  sum(child.amount) - parent.amount as over_allocated
from unit_quota as parent
inner join unit_quota as child
  on
    parent.scope_id = child.parent_unit_id
    and parent.measure = child.measure
    and parent.period_start = child.period_start
group by parent.scope_id, parent.measure, parent.period_start, parent.amount
having sum(child.amount) <> parent.amount
