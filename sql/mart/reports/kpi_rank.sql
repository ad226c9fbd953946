-- table: mart.kpi_rank
-- grain: one row per KPI, period and employee who is ranked by it
-- key:   kpi_id, period_kind, period_start, employee_id
-- why:   who leads, without calling chance a lead: people are ranked among the active peers of their
--        role on the period's last day, by the win rate, and who has a quota by what counts towards
--        it, measure by measure. The place is 1 + the number of peers whose interval lies wholly
--        above one's own, then made dense, so that the places are 1, 2, 3, …: those whose intervals
--        overlap share a place unless others set them apart. A share of counts has Wilson's 95 %
--        interval, an amount has none: equal amounts share a place
with measure_kpi as (
  select
    target_measure as measure,
    min(kpi_id) as kpi_id
  from policy.kpi
  where target_measure is not null
  group by target_measure
),

valued as (
  select
    measure_kpi.kpi_id,
    attainment.period_kind,
    attainment.period_start,
    attainment.scope_id as employee_id,
    attainment.actual as value,
    cast(null as bigint) as hits,
    cast(null as bigint) as trials
  from mart.quota_attainment as attainment
  inner join measure_kpi on attainment.measure = measure_kpi.measure
  where attainment.scope_kind = 'employee'
  union all
  select
    'win_rate_count' as kpi_id,
    period_kind,
    period_start,
    scope_id as employee_id,
    cast(
      (2 * cast(win_rate_count__num as bigint) * 100000000 + cast(win_rate_count__den as bigint))
      // (2 * cast(win_rate_count__den as bigint)) * cast(0.00000001 as decimal(8, 8)) as decimal(18, 8)
    ) as value,
    cast(win_rate_count__num as bigint) as hits,
    cast(win_rate_count__den as bigint) as trials
  from kpi.opportunity
  where scope_kind = 'employee' and win_rate_count__den > 0
),

known as (
  select
    valued.kpi_id,
    valued.period_kind,
    valued.period_start,
    valued.employee_id,
    org.role,
    cast(valued.value as decimal(38, 8)) as value,
    valued.trials as n,
    cast(valued.hits as double) as hits,
    cast(valued.trials as double) as trials
  from valued
  inner join core.period as period
    on valued.period_kind = period.period_kind and valued.period_start = period.period_start
  inner join core.org_day as org
    on valued.employee_id = org.employee_id and period.data_end = org.calendar_date
  where org.is_active
),

wilson as (
  select
    kpi_id,
    period_kind,
    period_start,
    employee_id,
    role,
    value,
    n,
    trials,
    (hits / trials + 3.841458820694124 / (2 * trials)) / (1 + 3.841458820694124 / trials) as middle,
    1.959963984540054
    * sqrt(hits / trials * (1 - hits / trials) / trials + 3.841458820694124 / (4 * trials * trials))
    / (1 + 3.841458820694124 / trials) as half
  from known
),

bounded as (
  select
    kpi_id,
    period_kind,
    period_start,
    employee_id,
    role,
    value,
    n,
    case when trials > 0 then cast(round(greatest(middle - half, 0), 8) as decimal(18, 8)) end as low,
    case when trials > 0 then cast(round(least(middle + half, 1), 8) as decimal(18, 8)) end as high
  from wilson
),

-- lower ends from the highest down, each upper end before the lower ends it equals
edge as (
  select
    kpi_id,
    period_kind,
    period_start,
    role,
    employee_id,
    coalesce(cast(high as decimal(38, 8)), value) as edge,
    0 as is_low
  from bounded
  union all
  select
    kpi_id,
    period_kind,
    period_start,
    role,
    employee_id,
    coalesce(cast(low as decimal(38, 8)), value) as edge,
    1 as is_low
  from bounded
),

counted as (
  select
    kpi_id,
    period_kind,
    period_start,
    employee_id,
    is_low,
    sum(is_low) over (
      partition by kpi_id, period_kind, period_start, role order by edge desc, is_low asc
      rows between unbounded preceding and current row
    ) as wholly_above
  from edge
)

select
  bounded.kpi_id,
  bounded.period_kind,
  bounded.period_start,
  bounded.employee_id,
  bounded.role,
  bounded.value,
  bounded.n,
  bounded.low,
  bounded.high,
  dense_rank() over (
    partition by bounded.kpi_id, bounded.period_kind, bounded.period_start, bounded.role
    order by counted.wholly_above
  ) as rank,
  count(*) over (
    partition by bounded.kpi_id, bounded.period_kind, bounded.period_start, bounded.role
  ) as peers
from bounded
inner join counted
  on
    bounded.kpi_id = counted.kpi_id
    and bounded.period_kind = counted.period_kind
    and bounded.period_start = counted.period_start
    and bounded.employee_id = counted.employee_id
    and counted.is_low = 0
