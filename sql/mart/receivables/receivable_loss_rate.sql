-- table: mart.receivable_loss_rate
-- grain: one row per day looked at and ageing bucket
-- key:   as_of_date, bucket
-- why:   the provision matrix: of the balance that entered a bucket, what was written off or never
--        paid. Items count once they have been due long enough to be lost; a bucket that too few
--        entered, or that begins later than that, keeps the rate policy sets, and says so
with matured as (
  select
    span.item_kind,
    span.document_id,
    span.instalment_seq,
    span.bucket,
    span.valid_from,
    span.valid_before,
    span.open_amount_base,
    cast(span.counted_due_date + policy.lost_from_day * interval 1 day as date) as lost_date
  from (
    -- an item and the disputed part of it are one item that may be lost
    select
      item_kind,
      document_id,
      instalment_seq,
      bucket,
      valid_from,
      valid_before,
      counted_due_date,
      sum(open_amount) as open_amount,
      sum(open_amount_base) as open_amount_base
    from core.open_item_bucket_span
    group by item_kind, document_id, instalment_seq, bucket, valid_from, valid_before, counted_due_date
  ) as span
  cross join policy.receivable as policy
  cross join core.parameter as parameter
  where
    span.item_kind = 'invoice'
    and span.open_amount > 0
    and cast(span.counted_due_date + policy.lost_from_day * interval 1 day as date) <= parameter.as_of_date
),

entry as (
  select
    document_id,
    instalment_seq,
    bucket,
    lost_date,
    min(valid_from) as entered_date,
    max(open_amount_base) as entered_amount
  from matured
  where valid_from <= lost_date
  group by document_id, instalment_seq, bucket, lost_date
),

never_paid as (
  select
    document_id,
    instalment_seq,
    sum(open_amount_base) as amount
  from matured
  where valid_from <= lost_date and valid_before > lost_date
  group by document_id, instalment_seq
),

-- a write-off takes from the instalments that are next in order, as every settlement does: where money
-- names instalments, from what no money was named for
directed as (
  select
    day.document_id,
    day.instalment_seq,
    day.settled_date,
    day.rest_amount,
    day.rest_to,
    day.shared_amount,
    lost.amount as lost_amount
  from receivables.directed_day as day
  inner join (
    select
      document_id,
      settled_date,
      sum(amount) as amount
    from core.fct_settlement
    where is_known and item_kind = 'invoice' and kind = 'write_off'
    group by document_id, settled_date
  ) as lost
    on day.document_id = lost.document_id and day.settled_date = lost.settled_date
  where day.basis = 'all'
),

settled as (
  select
    document_id,
    settled_date,
    kind,
    amount,
    sum(amount) over (
      partition by document_id
      order by settled_date, case when kind = 'write_off' then 1 else 0 end, kind, source_id
      rows between unbounded preceding and current row
    ) as settled_to
  from core.fct_settlement
  where is_known and item_kind = 'invoice'
),

written_off as (
  select
    directed.document_id,
    directed.instalment_seq,
    directed.settled_date,
    round(
      cast(
        least(
          directed.rest_amount,
          greatest(directed.rest_to - directed.shared_amount + directed.lost_amount, 0)
        ) - least(directed.rest_amount, greatest(directed.rest_to - directed.shared_amount, 0))
        as decimal(24, 4)
      ) * cast(item.rate_to_base as decimal(14, 8)), 2
    ) as amount
  from directed
  inner join core.fct_open_item as item
    on
      directed.document_id = item.document_id
      and directed.instalment_seq = item.instalment_seq
      and item.item_kind = 'invoice'
  union all
  select
    item.document_id,
    item.instalment_seq,
    settled.settled_date,
    round(
      cast(
        least(settled.settled_to, item.settles_to)
        - greatest(settled.settled_to - settled.amount, item.settles_from) as decimal(24, 4)
      ) * cast(item.rate_to_base as decimal(14, 8)), 2
    ) as amount
  from settled
  inner join core.fct_open_item as item
    on settled.document_id = item.document_id and item.item_kind = 'invoice'
  where
    settled.kind = 'write_off'
    and least(settled.settled_to, item.settles_to)
    > greatest(settled.settled_to - settled.amount, item.settles_from)
    and not exists (
      select 1 from directed
      where directed.document_id = settled.document_id
    )
),

given_up as (
  select
    entry.document_id,
    entry.instalment_seq,
    entry.bucket,
    sum(written_off.amount) as amount
  from entry
  inner join written_off
    on
      entry.document_id = written_off.document_id
      and entry.instalment_seq = written_off.instalment_seq
      and entry.entered_date <= written_off.settled_date
      and entry.lost_date >= written_off.settled_date
  group by entry.document_id, entry.instalment_seq, entry.bucket
),

-- each item counts from the day it is lost or paid, for as long as policy looks back
movement as (
  select
    entry.bucket,
    entry.lost_date as moved_date,
    sum(entry.entered_amount) as entered_amount,
    sum(least(
      entry.entered_amount, coalesce(never_paid.amount, 0) + coalesce(given_up.amount, 0)
    )) as lost_amount,
    count(*) as items
  from entry
  left join never_paid
    on entry.document_id = never_paid.document_id and entry.instalment_seq = never_paid.instalment_seq
  left join given_up
    on
      entry.document_id = given_up.document_id
      and entry.instalment_seq = given_up.instalment_seq
      and entry.bucket = given_up.bucket
  group by entry.bucket, entry.lost_date
),

as_of as (
  select distinct as_of_date from receivables.balance_calendar
),

seen as (
  select
    as_of.as_of_date,
    movement.bucket,
    sum(movement.entered_amount) as entered_amount,
    sum(movement.lost_amount) as lost_amount,
    sum(movement.items) as items
  from as_of
  cross join policy.receivable as policy
  inner join movement
    on
      as_of.as_of_date >= movement.moved_date
      and as_of.as_of_date
      < cast(movement.moved_date + policy.loss_window_days * interval 1 day as date)
  group by as_of.as_of_date, movement.bucket
),

measured as (
  select
    as_of.as_of_date,
    bucket.bucket_id as bucket,
    bucket.bucket_order,
    coalesce(seen.entered_amount, 0) as entered_amount,
    coalesce(seen.lost_amount, 0) as lost_amount,
    coalesce(seen.items, 0) as items,
    bucket.loss_rate as set_rate,
    -- a whole number of hundred-millionths, rounded half up
    cast(
      (
        2 * cast(cast(seen.lost_amount as decimal(28, 4)) * 10000 as hugeint) * 100000000
        + cast(cast(seen.entered_amount as decimal(28, 4)) * 10000 as hugeint)
      )
      // (2 * nullif(cast(cast(seen.entered_amount as decimal(28, 4)) * 10000 as hugeint), 0))
      as decimal(18, 0)
    ) * cast(0.00000001 as decimal(8, 8)) as own_rate,
    case
      when policy.loss_rates = 'set' then 'policy'
      when coalesce(bucket.from_day, 0) > policy.lost_from_day then 'policy_begins_later'
      when coalesce(seen.items, 0) < policy.loss_min_n then 'policy_too_few'
      else 'own_history'
    end as rate_source
  from as_of
  cross join policy.bucket as bucket
  cross join policy.receivable as policy
  left join seen
    on as_of.as_of_date = seen.as_of_date and bucket.bucket_id = seen.bucket
)

select
  as_of_date,
  bucket,
  bucket_order,
  cast(entered_amount as decimal(18, 4)) as entered_amount_base,
  cast(lost_amount as decimal(18, 4)) as lost_amount_base,
  cast(items as bigint) as entered_items,
  cast(own_rate as decimal(18, 8)) as own_rate,
  set_rate,
  cast(case when rate_source = 'own_history' then own_rate else set_rate end as decimal(18, 8))
    as loss_rate,
  rate_source
from measured
