-- what is open of a customer on a day, the oldest due first
select
  span.currency,
  span.item_kind as kind,
  span.document_id,
  span.instalment_seq,
  span.document_date,
  span.due_date,
  span.bucket,
  span.is_overdue,
  sum(span.open_amount) as open_amount
from core.open_item_bucket_span as span
where span.customer_id = $customer and $until >= span.valid_from and $until < span.valid_before
group by
  span.currency, span.item_kind, span.document_id, span.instalment_seq, span.document_date, span.due_date,
  span.bucket, span.is_overdue
order by span.currency, coalesce(span.due_date, span.document_date), span.document_id, span.instalment_seq
