-- receivable figures on the day of the report, for the company and its regions
select
  as_of_date,
  scope_kind,
  scope_id,
  outstanding,
  overdue,
  ecl_provision,
  credit_sales,
  dso_days,
  dso,
  bpdso,
  add,
  dso_countback,
  cei,
  collection_rate,
  credit_limit,
  credit_exposure,
  credit_limit_use,
  revaluation,
  gl_balance,
  gl_difference
from mart.receivable_metric
where scope_kind in ('company', 'region') and as_of_date = $as_of
order by scope_kind, scope_id
