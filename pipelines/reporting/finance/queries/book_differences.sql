-- every difference of every comparison, unexplained ones first
select
  kind,
  period,
  key,
  expected,
  actual,
  difference,
  reason_code,
  is_unexplained,
  approval_id,
  approved_by
from mart.commission_difference
order by is_unexplained desc, kind asc, period desc, abs(difference) desc, key asc, reason_code asc
