-- table: receivables.revaluation_day
-- grain: one row per day looked at, owner, customer, currency and bucket with foreign items open
-- key:   as_of_date, owner_id, customer_id, segment, currency, bucket
-- why:   what foreign items are worth at the rate of the day looked at, less what they are worth at
--        the rate of their document, rounded item by item, so that every way to add them up agrees
with item as (
  select
    as_of.as_of_date,
    coalesce(span.owner_id, '(none)') as owner_id,
    span.customer_id,
    span.segment,
    span.partner_id,
    span.currency,
    span.bucket,
    span.bucket_order,
    span.is_overdue,
    cast(round(
      cast(span.open_amount as decimal(24, 4)) * cast(fx.rate_to_base as decimal(14, 8)), 2
    ) as decimal(18, 4)) - span.open_amount_base as amount
  from core.open_item_bucket_span as span
  cross join core.parameter as parameter
  inner join (select distinct as_of_date from receivables.balance_calendar) as as_of
    on span.valid_from <= as_of.as_of_date and span.valid_before > as_of.as_of_date
  inner join core.fx_day as fx
    on span.currency = fx.currency and as_of.as_of_date = fx.calendar_date
  where span.currency <> parameter.base_currency
)

select
  as_of_date,
  owner_id,
  customer_id,
  segment,
  partner_id,
  currency,
  bucket,
  bucket_order,
  cast(sum(amount) as decimal(18, 4)) as revaluation_base,
  cast(sum(case when is_overdue then amount else 0 end) as decimal(18, 4)) as overdue_revaluation_base
from item
group by as_of_date, owner_id, customer_id, segment, partner_id, currency, bucket, bucket_order
