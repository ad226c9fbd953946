-- grain: one row per month, 2024-11 to 2026-12
-- why:   quotas, budgets and pay are monthly
select
  step::date as first_day,
  last_day(step::date) as last_day,
  strftime(step, '%Y-%m') as period,
  year(step) * 4 + quarter(step) as quarter_no,
  date_trunc('quarter', step)::date as quarter_start,
  row_number() over (order by step)::int as month_no
from generate_series(timestamp '2024-11-01', timestamp '2026-12-01', interval 1 month) as t (step)
