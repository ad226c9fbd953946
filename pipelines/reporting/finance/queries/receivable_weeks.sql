-- days outstanding, collection and overdue of the company at the last thirteen week-ends
select
  as_of_date,
  dso,
  bpdso,
  add,
  dso_countback,
  cei,
  collection_rate,
  overdue_rate
from mart.receivable_metric
where
  scope_kind = 'company'
  and (
    (as_of_date between $history_from and $as_of and isodow(as_of_date) = 7)
    or as_of_date = $as_of
  )
order by as_of_date
