-- table: core.open_item_bucket_span
-- grain: one row per open item, ageing bucket and span of days with one open amount in it
-- key:   item_kind, document_id, instalment_seq, bucket, valid_from
-- why:   an item that crosses a bucket limit leaves one bucket and enters the next on a known day,
--        so every week-end is a sum of movements and the buckets add up by construction
with bucket as (
  select
    bucket_id,
    bucket_order,
    from_day,
    before_day
  from policy.bucket
),

placed as (
  select
    span.item_kind,
    span.document_id,
    span.instalment_seq,
    bucket.bucket_id as bucket,
    bucket.bucket_order,
    greatest(
      span.valid_from,
      case
        when span.due_date is null or bucket.from_day is null then date '0001-01-01'
        else cast(span.due_date + bucket.from_day * interval 1 day as date)
      end
    ) as valid_from,
    least(
      span.valid_before,
      case
        when span.due_date is null or bucket.before_day is null then date '9999-12-31'
        else cast(span.due_date + bucket.before_day * interval 1 day as date)
      end
    ) as valid_before,
    span.open_amount,
    span.open_amount_base,
    span.customer_id,
    span.owner_id,
    span.segment,
    span.currency,
    span.document_date,
    span.due_date,
    span.is_disputed,
    span._load,
    span._line
  from core.open_item_span as span
  inner join bucket on span.due_date is not null or bucket.from_day is null
)

select
  placed.item_kind,
  placed.document_id,
  placed.instalment_seq,
  placed.bucket,
  placed.bucket_order,
  placed.valid_from,
  placed.valid_before,
  placed.open_amount,
  placed.open_amount_base,
  placed.customer_id,
  placed.owner_id,
  placed.segment,
  placed.currency,
  placed.document_date,
  placed.due_date,
  placed.is_disputed,
  placed._load,
  placed._line
from placed
cross join core.parameter as parameter
where placed.valid_from < placed.valid_before and placed.valid_from <= parameter.as_of_date
