-- what no rule explains, and what a named person accepted of it: open ones first, largest first
select
  period,
  kind,
  key,
  expected,
  actual,
  difference,
  approved_by,
  is_unexplained
from mart.commission_difference
where is_unexplained or approval_id is not null
order by is_unexplained desc, abs(difference) desc, period desc, kind asc, key asc
