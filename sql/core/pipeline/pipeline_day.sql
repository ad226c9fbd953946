-- table: core.pipeline_day
-- grain: one row per day looked at, owner and quarter in which deals are due
-- key:   as_of_date, owner_id, due_quarter
-- why:   the open pipeline of every period end from movements summed once
with as_of as (
  select
    as_of_date,
    coalesce(lag(as_of_date) over (order by as_of_date), date '0001-01-01') as previous_as_of
  from (select distinct to_date as as_of_date from core.period_variant) as looked_at
),

movement as (
  select
    coalesce(owner_id, '(none)') as owner_id,
    coalesce(cast(date_trunc('quarter', expected_close_date) as date), date '9999-12-31') as due_quarter,
    valid_from as moved_date,
    coalesce(amount_base, 0) as amount,
    1 as deals
  from core.pipeline_span
  union all
  select
    coalesce(owner_id, '(none)') as owner_id,
    coalesce(cast(date_trunc('quarter', expected_close_date) as date), date '9999-12-31') as due_quarter,
    valid_before as moved_date,
    -coalesce(amount_base, 0) as amount,
    -1 as deals
  from core.pipeline_span
),

moved as (
  select
    owner_id,
    due_quarter,
    moved_date,
    sum(amount) as amount,
    sum(deals) as deals
  from movement
  group by owner_id, due_quarter, moved_date
),

seen as (
  select
    as_of.as_of_date,
    moved.owner_id,
    moved.due_quarter,
    sum(moved.amount) as amount,
    sum(moved.deals) as deals
  from moved
  inner join as_of
    on
      moved.moved_date <= as_of.as_of_date
      and moved.moved_date > as_of.previous_as_of
  group by as_of.as_of_date, moved.owner_id, moved.due_quarter
),

grid as (
  select
    as_of.as_of_date,
    part.owner_id,
    part.due_quarter
  from (select distinct
    owner_id,
    due_quarter
  from seen) as part
  cross join as_of
),

balance as (
  select
    grid.as_of_date,
    grid.owner_id,
    grid.due_quarter,
    sum(coalesce(seen.amount, 0)) over up_to as amount_base,
    cast(sum(coalesce(seen.deals, 0)) over up_to as bigint) as deals
  from grid
  left join seen
    on
      grid.as_of_date = seen.as_of_date
      and grid.owner_id = seen.owner_id
      and grid.due_quarter = seen.due_quarter
  window up_to as (
    partition by grid.owner_id, grid.due_quarter order by grid.as_of_date
    rows between unbounded preceding and current row
  )
)

select
  as_of_date,
  owner_id,
  due_quarter,
  amount_base,
  deals
from balance
where deals <> 0 or amount_base <> 0
