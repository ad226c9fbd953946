-- table: mart.receivable_item
-- grain: one row per item open on the day of the report
-- key:   as_of_date, item_kind, invoice_id, instalment_seq
-- why:   what each customer owes, to the cent, as it stood on that day
with received_since as (
  select
    item_kind,
    document_id,
    sum(amount) as amount
  from core.fct_settlement
  where not is_known and item_kind <> 'receipt' and kind in ('cash', 'bounce')
  group by item_kind, document_id
)

select
  parameter.as_of_date,
  span.item_kind,
  span.document_id as invoice_id,
  span.instalment_seq,
  span.customer_id,
  span.owner_id,
  span.segment,
  span.document_date,
  span.due_date,
  case
    when span.due_date is not null then date_diff('day', span.due_date, parameter.as_of_date)
  end as days_past_due,
  span.bucket,
  span.bucket_order,
  span.currency,
  span.open_amount,
  span.open_amount_base,
  case
    when span.open_amount < 0 then 'normal'
    when date_diff('day', span.due_date, parameter.as_of_date) >= risk.bad_debt_from_day then 'bad_debt'
    when date_diff('day', span.due_date, parameter.as_of_date) >= risk.doubtful_from_day then 'doubtful'
    when span.is_disputed then 'watch'
    when date_diff('day', span.due_date, parameter.as_of_date) >= risk.watch_from_day then 'watch'
    else 'normal'
  end as risk_class,
  coalesce(received_since.amount, 0) as received_since,
  span.is_disputed,
  span._load,
  span._line
from core.open_item_bucket_span as span
cross join core.parameter as parameter
cross join policy.receivable_risk as risk
left join received_since
  on span.item_kind = received_since.item_kind and span.document_id = received_since.document_id
where span.valid_from <= parameter.as_of_date and span.valid_before > parameter.as_of_date
