-- table: core.fct_channel_item
-- kind:  view
-- grain: one row per open item of a channel partner's customer, ageing bucket and span of days
-- key:   item_kind, document_id, instalment_seq, bucket, valid_from
-- why:   what customers of a channel partner owe, and how much of it is past due
select
  span.item_kind,
  span.document_id,
  span.instalment_seq,
  span.bucket,
  span.is_overdue,
  span.valid_from,
  span.valid_before,
  span.customer_id,
  span.owner_id,
  customer.partner_id,
  span.due_date,
  span.open_amount_base,
  span._load,
  span._line
from core.open_item_bucket_span as span
inner join core.dim_customer as customer on span.customer_id = customer.customer_id
where customer.partner_id is not null
