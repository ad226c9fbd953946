-- every difference between statement and payroll, newest month first
select
  period,
  kind,
  key,
  expected,
  actual,
  difference,
  reason_code
from mart.commission_difference
order by period desc, abs(difference) desc, key
