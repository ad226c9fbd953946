-- table: core.stage_probability
-- grain: one row per quarter, segment and stage
-- key:   quarter_start, segment, stage_id
-- why:   what an open deal in a stage is worth is what became of such deals: of those of its segment
--        that entered the stage and were decided in the four quarters before, the share won. With
--        too few of them the process's own probability stands
with quarter as (
  select distinct quarter_start
  from core.calendar
  cross join core.parameter as parameter
  where calendar_date <= parameter.as_of_date
),

decided as (
  select
    entry.segment,
    entry.stage_id,
    cast(date_trunc('quarter', opportunity.closed_date) as date) as quarter_start,
    sum(case when opportunity.is_won then 1 else 0 end) as won,
    count(*) as decided
  from core.fct_stage_entry as entry
  inner join core.fct_opportunity as opportunity on entry.opportunity_id = opportunity.opportunity_id
  where opportunity.closed_date is not null
  group by entry.segment, entry.stage_id, cast(date_trunc('quarter', opportunity.closed_date) as date)
),

year_before as (
  select
    quarter.quarter_start,
    decided.segment,
    decided.stage_id,
    sum(decided.won) as won,
    sum(decided.decided) as decided
  from quarter
  inner join decided
    on
      quarter.quarter_start > decided.quarter_start
      and decided.quarter_start >= quarter.quarter_start - interval 12 month
  group by quarter.quarter_start, decided.segment, decided.stage_id
)

select
  year_before.quarter_start,
  year_before.segment,
  year_before.stage_id,
  cast(year_before.won as bigint) as won,
  cast(year_before.decided as bigint) as decided,
  cast(
    (2 * cast(year_before.won as bigint) * 1000000 + cast(year_before.decided as bigint))
    // (2 * cast(year_before.decided as bigint)) * cast(0.000001 as decimal(6, 6)) as decimal(9, 6)
  ) as probability
from year_before
cross join policy.term as term
where year_before.decided >= term.stage_probability_min_n
