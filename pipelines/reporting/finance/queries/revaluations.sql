-- foreign receivables on the day of the report at document and closing rate
select
  currency,
  items,
  document_rate_base,
  closing_rate,
  closing_rate_base,
  revaluation_base,
  is_in_outstanding
from mart.receivable_revaluation
where as_of_date = $as_of
order by abs(revaluation_base) desc, currency asc
