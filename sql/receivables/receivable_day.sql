-- table: core.receivable_day
-- grain: one row per owner, bucket and day on which receivables were looked at
-- key:   as_of_date, owner_id, bucket
-- why:   balances of every period end from movements summed once: 104 week-ends cost what one costs
with as_of as (
  select distinct to_date as as_of_date from core.period_variant
),

movement as (
  select
    owner_id,
    bucket,
    bucket_order,
    valid_from as moved_date,
    open_amount_base as amount,
    case when open_amount <> 0 then 1 else 0 end as items
  from core.open_item_bucket_span
  union all
  select
    owner_id,
    bucket,
    bucket_order,
    valid_before as moved_date,
    -open_amount_base as amount,
    case when open_amount <> 0 then -1 else 0 end as items
  from core.open_item_bucket_span
),

-- each movement counts from the first day looked at on or after it
dated as (
  select
    coalesce(movement.owner_id, '(none)') as owner_id,
    movement.bucket,
    movement.bucket_order,
    movement.moved_date,
    sum(movement.amount) as amount,
    sum(movement.items) as items
  from movement
  group by coalesce(movement.owner_id, '(none)'), movement.bucket, movement.bucket_order, movement.moved_date
),

seen as (
  select
    dated.owner_id,
    dated.bucket,
    dated.bucket_order,
    looked_at.as_of_date,
    sum(dated.amount) as amount,
    sum(dated.items) as items
  from dated
  inner join (
    select
      as_of_date,
      coalesce(lag(as_of_date) over (order by as_of_date), date '0001-01-01') as previous_as_of
    from as_of
  ) as looked_at
    on
      dated.moved_date <= looked_at.as_of_date
      and dated.moved_date > looked_at.previous_as_of
  group by dated.owner_id, dated.bucket, dated.bucket_order, looked_at.as_of_date
),

grid as (
  select
    owner_bucket.owner_id,
    owner_bucket.bucket,
    owner_bucket.bucket_order,
    as_of.as_of_date
  from (select distinct
    owner_id,
    bucket,
    bucket_order
  from dated) as owner_bucket
  cross join as_of
),

balance as (
  select
    grid.as_of_date,
    grid.owner_id,
    grid.bucket,
    grid.bucket_order,
    sum(coalesce(seen.amount, 0)) over up_to_now as open_amount_base,
    sum(coalesce(seen.items, 0)) over up_to_now as items
  from grid
  left join seen
    on
      grid.owner_id = seen.owner_id
      and grid.bucket = seen.bucket
      and grid.as_of_date = seen.as_of_date
  window up_to_now as (
    partition by grid.owner_id, grid.bucket order by grid.as_of_date
    rows between unbounded preceding and current row
  )
)

select
  as_of_date,
  owner_id,
  bucket,
  bucket_order,
  cast(open_amount_base as decimal(18, 4)) as open_amount_base,
  cast(items as bigint) as items
from balance
where open_amount_base <> 0 or items <> 0
