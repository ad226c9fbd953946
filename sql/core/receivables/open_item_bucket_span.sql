-- table: core.open_item_bucket_span
-- grain: one row per open item, ageing bucket and span of days with one open amount and judgement in it
-- key:   item_kind, document_id, instalment_seq, bucket, valid_from
-- why:   receivables.open_item_span cut once more on the days on which an item ages: an item that crosses
--        a limit leaves one bucket or risk class and enters the next on a known day, so every week-end is
--        a sum of movements and the buckets add up by construction
with dated as (
  select
    span.item_kind,
    span.document_id,
    span.instalment_seq,
    span.valid_from,
    span.valid_before,
    span.open_amount,
    span.open_amount_base,
    span.customer_id,
    span.owner_id,
    span.segment,
    coalesce(customer.partner_id, '(none)') as partner_id,
    span.currency,
    span.document_date,
    span.due_date,
    case
      when span.due_date is not null then span.due_date
      when policy.no_due_date = 'document_date' then span.document_date
    end as counted_due_date,
    case
      when policy.ageing_by = 'document_date' then span.document_date
      when span.due_date is not null then span.due_date
      when policy.no_due_date = 'document_date' then span.document_date
    end as ageing_date,
    span.is_disputed,
    greatest(
      coalesce(flag.risk_rank, 0), case when span.is_disputed then policy.disputed_rank else 0 end
    ) as stated_rank,
    span._load,
    span._line
  from receivables.open_item_span as span
  cross join policy.receivable as policy
  left join core.dim_customer as customer on span.customer_id = customer.customer_id
  left join policy.risk_flag as flag on lower(trim(customer.risk_flag)) = flag.risk_flag
),

placed as (
  select
    dated.item_kind,
    dated.document_id,
    dated.instalment_seq,
    band.bucket,
    band.bucket_order,
    greatest(
      dated.valid_from,
      case
        when dated.ageing_date is null or band.from_day is null then date '0001-01-01'
        else cast(dated.ageing_date + band.from_day * interval 1 day as date)
      end,
      case
        when dated.counted_due_date is null or band.due_from_day is null then date '0001-01-01'
        else cast(dated.counted_due_date + band.due_from_day * interval 1 day as date)
      end
    ) as valid_from,
    least(
      dated.valid_before,
      case
        when dated.ageing_date is null or band.before_day is null then date '9999-12-31'
        else cast(dated.ageing_date + band.before_day * interval 1 day as date)
      end,
      case
        when dated.counted_due_date is null or band.due_before_day is null then date '9999-12-31'
        else cast(dated.counted_due_date + band.due_before_day * interval 1 day as date)
      end
    ) as valid_before,
    dated.open_amount,
    dated.open_amount_base,
    dated.customer_id,
    dated.owner_id,
    dated.segment,
    dated.partner_id,
    dated.currency,
    dated.document_date,
    dated.due_date,
    dated.counted_due_date,
    dated.is_disputed,
    band.is_overdue,
    -- what is owed to a customer is no risk
    case when dated.open_amount < 0 then 0 else greatest(band.risk_rank, dated.stated_rank) end as risk_rank,
    dated._load,
    dated._line
  from dated
  inner join policy.age_band as band
    on
      (dated.ageing_date is not null or band.from_day is null)
      and (dated.counted_due_date is not null or band.due_from_day is null)
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
  placed.partner_id,
  placed.currency,
  placed.document_date,
  placed.due_date,
  placed.counted_due_date,
  placed.is_disputed,
  placed.is_overdue,
  case placed.risk_rank
    when 0 then 'normal'
    when 1 then 'watch'
    when 2 then 'doubtful'
    else 'bad_debt'
  end as risk_class,
  placed._load,
  placed._line
from placed
cross join core.parameter as parameter
where placed.valid_from < placed.valid_before and placed.valid_from <= parameter.as_of_date
