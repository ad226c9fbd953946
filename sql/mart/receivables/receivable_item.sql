-- table: mart.receivable_item
-- grain: one row per item open on the day of the report, or disputed part of one; where policy revalues
--        foreign items, one more for each with the difference
-- key:   as_of_date, item_kind, invoice_id, instalment_seq, is_disputed
-- why:   what each customer owes, to the cent, as it stood on that day, who collects it now, and what of the
--        customer's money no invoice has taken yet
with received_since as (
  select
    item_kind,
    document_id,
    sum(amount) as amount
  from core.fct_settlement
  where not is_known and item_kind <> 'receipt' and kind in ('cash', 'bounce')
  group by item_kind, document_id
),

unallocated as (
  select
    span.customer_id,
    -sum(span.open_amount_base) as amount
  from core.open_item_bucket_span as span
  cross join core.parameter as parameter
  where
    span.valid_from <= parameter.as_of_date and span.valid_before > parameter.as_of_date
    and span.item_kind in ('receipt', 'overpayment')
  group by span.customer_id
),

item as (
  select
    parameter.as_of_date,
    parameter.base_currency,
    span.item_kind,
    span.document_id,
    span.instalment_seq,
    span.customer_id,
    span.owner_id,
    span.segment,
    span.partner_id,
    span.document_date,
    span.due_date,
    date_diff('day', span.counted_due_date, parameter.as_of_date) as days_past_due,
    span.bucket,
    span.bucket_order,
    span.currency,
    span.open_amount,
    span.open_amount_base,
    span.is_overdue,
    span.risk_class,
    span.is_disputed,
    span._load,
    span._line
  from core.open_item_bucket_span as span
  cross join core.parameter as parameter
  where span.valid_from <= parameter.as_of_date and span.valid_before > parameter.as_of_date
),

revalued as (
  select
    item.as_of_date,
    concat(item.item_kind, '_revaluation') as item_kind,
    item.document_id,
    item.instalment_seq,
    item.customer_id,
    item.owner_id,
    item.segment,
    item.partner_id,
    item.document_date,
    item.due_date,
    item.days_past_due,
    item.bucket,
    item.bucket_order,
    item.currency,
    cast(0 as decimal(18, 4)) as open_amount,
    cast(cast(round(
      cast(item.open_amount as decimal(24, 4)) * cast(fx.rate_to_base as decimal(14, 8)), 2
    ) as decimal(18, 4)) - item.open_amount_base as decimal(18, 4)) as open_amount_base,
    item.is_overdue,
    item.risk_class,
    item.is_disputed,
    item._load,
    item._line
  from item
  cross join policy.receivable as policy
  inner join core.fx_day as fx
    on item.currency = fx.currency and item.as_of_date = fx.calendar_date
  where item.currency <> item.base_currency and policy.foreign_currency = 'closing_rate'
)

select
  item.as_of_date,
  item.item_kind,
  item.document_id as invoice_id,
  item.instalment_seq,
  item.customer_id,
  item.owner_id,
  item.segment,
  item.document_date,
  item.due_date,
  item.days_past_due,
  item.bucket,
  item.bucket_order,
  item.currency,
  item.open_amount,
  item.open_amount_base,
  item.risk_class,
  cast(coalesce(received_since.amount, 0) as decimal(18, 4)) as received_since,
  item.is_disputed,
  item.is_overdue,
  item.partner_id,
  collector.collector_id,
  cast(
    case when item.item_kind = 'invoice' then coalesce(unallocated.amount, 0) else 0 end as decimal(18, 4)
  ) as unallocated_of_customer,
  item._load,
  item._line
from item
left join received_since
  on item.item_kind = received_since.item_kind and item.document_id = received_since.document_id
left join receivables.collector as collector
  on item.customer_id = collector.customer_id and coalesce(item.owner_id, '(none)') = collector.owner_id
left join unallocated on item.customer_id = unallocated.customer_id
union all
select
  revalued.as_of_date,
  revalued.item_kind,
  revalued.document_id as invoice_id,
  revalued.instalment_seq,
  revalued.customer_id,
  revalued.owner_id,
  revalued.segment,
  revalued.document_date,
  revalued.due_date,
  revalued.days_past_due,
  revalued.bucket,
  revalued.bucket_order,
  revalued.currency,
  revalued.open_amount,
  revalued.open_amount_base,
  revalued.risk_class,
  cast(0 as decimal(18, 4)) as received_since,
  revalued.is_disputed,
  revalued.is_overdue,
  revalued.partner_id,
  collector.collector_id,
  cast(0 as decimal(18, 4)) as unallocated_of_customer,
  revalued._load,
  revalued._line
from revalued
left join receivables.collector as collector
  on
    revalued.customer_id = collector.customer_id
    and coalesce(revalued.owner_id, '(none)') = collector.owner_id
where revalued.open_amount_base <> 0
