-- open receivables by bucket on the day of the report, for the company and its regions
select
  scope_kind,
  scope_id,
  bucket,
  bucket_order,
  open_amount_base
from mart.receivable_ageing
where as_of_date = $as_of and scope_kind in ('company', 'region')
order by scope_kind, scope_id, bucket_order
