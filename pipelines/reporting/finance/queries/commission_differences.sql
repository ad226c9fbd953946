-- every difference between statement and payroll, newest month first
select
  period,
  key,
  expected,
  actual,
  difference,
  reason_code,
  approved_by,
  is_unexplained
from mart.commission_difference
where kind = 'statement_to_payroll'
order by period desc, abs(difference) desc, key
