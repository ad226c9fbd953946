-- quotas of this year beside the sum of their parts
select
  quota.unit_id,
  quota.unit_kind,
  quota.measure,
  quota.period_start,
  quota.period_end,
  quota.quota,
  quota.part_kind,
  quota.parts,
  quota.parts_amount,
  quota.over_allocated
from mart.quota_allocation as quota
inner join core.period as year
  on
    year.period_kind = 'year'
    and year.is_current
    and quota.period_start between year.period_start and year.period_end
order by quota.measure asc, quota.period_start asc, quota.unit_id asc
