-- the provision matrix on the day of the report, with what the company has open in each bucket
select
  matrix.bucket,
  matrix.bucket_order,
  coalesce(ageing.open_amount_base, 0) as open_amount_base,
  coalesce(ageing.owed_amount_base, 0) as owed_amount_base,
  matrix.entered_amount_base,
  matrix.lost_amount_base,
  matrix.entered_items,
  matrix.own_rate,
  matrix.set_rate,
  matrix.loss_rate,
  matrix.rate_source
from mart.receivable_loss_rate as matrix
left join mart.receivable_ageing as ageing
  on
    matrix.as_of_date = ageing.as_of_date
    and matrix.bucket = ageing.bucket
    and ageing.scope_kind = 'company'
where matrix.as_of_date = $as_of
order by matrix.bucket_order
