-- ageing buckets from not due to oldest
select
  bucket_id,
  bucket_order,
  from_day,
  label_zh,
  label_en
from policy.bucket
order by bucket_order
