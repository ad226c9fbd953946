-- receivable figures of the company at the last thirteen week-ends and a year ago
select
  as_of_date,
  outstanding,
  overdue,
  ecl_provision
from mart.receivable_metric
where
  scope_kind = 'company'
  and (
    (as_of_date between $history_from and $as_of and isodow(as_of_date) = 7)
    or as_of_date = $as_of
    or as_of_date = cast($as_of as date) - interval 364 day
  )
order by as_of_date
