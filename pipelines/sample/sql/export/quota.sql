-- grain: one row per scope, measure and month, as HR prints it
-- why:   hr/quota.csv
select
  scope_kind,
  scope_id,
  measure,
  iso_date(first_day) as period_start,
  iso_date(last_day) as period_end,
  yuan_text(amount_cents) as amount,
  row_number() over (order by scope_kind desc, scope_id asc, measure asc, first_day asc)::bigint as _key,
  row_number() over (order by scope_kind desc, scope_id asc, measure asc, first_day asc)::bigint as _order,
  first_day as _date,
  amount_cents as _cents
from quota
