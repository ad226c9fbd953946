-- table: core.pipeline_weight_day
-- grain: one row per day looked at and owner
-- key:   as_of_date, owner_id
-- why:   the open pipeline of every period end weighted by the stage each deal was in then, at the
--        probability that was known in that quarter
with as_of as (
  select
    as_of_date,
    coalesce(lag(as_of_date) over (order by as_of_date), date '0001-01-01') as previous_as_of
  from (select distinct to_date as as_of_date from core.period_variant) as looked_at
),

moved as (
  select
    owner_id,
    segment,
    stage_id,
    valid_from as moved_date,
    sum(amount_base) as amount,
    count(*) as deals
  from core.pipeline_stage_span
  group by owner_id, segment, stage_id, valid_from
  union all
  select
    owner_id,
    segment,
    stage_id,
    valid_before as moved_date,
    -sum(amount_base) as amount,
    -count(*) as deals
  from core.pipeline_stage_span
  group by owner_id, segment, stage_id, valid_before
),

seen as (
  select
    as_of.as_of_date,
    moved.owner_id,
    moved.segment,
    moved.stage_id,
    sum(moved.amount) as amount,
    sum(moved.deals) as deals
  from moved
  inner join as_of
    on moved.moved_date <= as_of.as_of_date and moved.moved_date > as_of.previous_as_of
  group by as_of.as_of_date, moved.owner_id, moved.segment, moved.stage_id
),

grid as (
  select
    as_of.as_of_date,
    part.owner_id,
    part.segment,
    part.stage_id
  from (select distinct
    owner_id,
    segment,
    stage_id
  from seen) as part
  cross join as_of
),

balance as (
  select
    grid.as_of_date,
    grid.owner_id,
    grid.segment,
    grid.stage_id,
    sum(coalesce(seen.amount, 0)) over up_to as amount,
    sum(coalesce(seen.deals, 0)) over up_to as deals
  from grid
  left join seen
    on
      grid.as_of_date = seen.as_of_date
      and grid.owner_id = seen.owner_id
      and grid.segment = seen.segment
      and grid.stage_id = seen.stage_id
  window up_to as (
    partition by grid.owner_id, grid.segment, grid.stage_id order by grid.as_of_date
    rows between unbounded preceding and current row
  )
)

select
  balance.as_of_date,
  balance.owner_id,
  cast(sum(
    cast(balance.amount as decimal(26, 4))
    * cast(coalesce(
      learnt.probability,
      cast(stage.probability_pct * cast(0.01 as decimal(3, 2)) as decimal(9, 6)),
      0
    ) as decimal(9, 6))
  ) as decimal(38, 10)) as weighted_base,
  cast(sum(balance.deals) as bigint) as deals
from balance
inner join core.calendar as calendar on balance.as_of_date = calendar.calendar_date
left join policy.stage as stage on balance.stage_id = stage.stage_id
left join core.stage_probability as learnt
  on
    calendar.quarter_start = learnt.quarter_start
    and balance.segment = learnt.segment
    and balance.stage_id = learnt.stage_id
where balance.deals <> 0 or balance.amount <> 0
group by balance.as_of_date, balance.owner_id
