-- check:    quota_parts_add_up
-- guards:   mart.quota_allocation
-- touches:  core.quota_day
-- severity: warn
-- zh:       下级目标之和 = 上级目标（区域、团队、个人，各项指标）
-- en:       the quotas of regions, teams and people add up to the quota above them, for every measure
-- effect_zh: 指标分解多于或少于上级指标：下级的完成率不能相加成上级的完成率。
-- effect_en: The parts differ from the quota above: attainment below does not add up to attainment above.
-- asks:     sales_ops
-- why:      an over- or under-allocated quota makes every attainment below it wrong
select
  allocation.unit_id,
  allocation.measure,
  allocation.period_start,
  allocation.quota,
  allocation.parts,
  allocation.parts_amount as sum_of_parts,
  allocation.over_allocated,
  'the quotas below ' || allocation.unit_id || ' (' || cast(allocation.parts as varchar) || ') add up to '
  || cast(cast(abs(allocation.over_allocated) as decimal(18, 2)) as varchar)
  || case when allocation.over_allocated > 0 then ' more' else ' less' end
  || ' than its ' || allocation.measure || ' of '
  || cast(cast(allocation.quota as decimal(18, 2)) as varchar)
  || ' from ' || cast(allocation.period_start as varchar) as problem
from mart.quota_allocation as allocation
where allocation.over_allocated <> 0
