-- table: core.period
-- grain: one row per kind of period and its first day
-- key:   period_kind, period_start
-- why:   every KPI is asked for the same periods, and each knows what it is compared with:
--        the period before and the same period a year before
with parameter as (
  select as_of_date from core.parameter
),

calendar as (
  select
    calendar_date,
    week_start,
    month_start,
    quarter_start,
    year_start,
    fiscal_year_start
  from core.calendar
),

full_period as (
  select
    'week' as period_kind,
    week_start as period_start,
    max(calendar_date) as period_end
  from calendar
  group by week_start
  union all
  select
    'month' as period_kind,
    month_start as period_start,
    max(calendar_date) as period_end
  from calendar
  group by month_start
  union all
  select
    'quarter' as period_kind,
    quarter_start as period_start,
    max(calendar_date) as period_end
  from calendar
  group by quarter_start
  union all
  select
    'year' as period_kind,
    year_start as period_start,
    max(calendar_date) as period_end
  from calendar
  group by year_start
  union all
  -- a year of account that begins in January is the year
  select
    'fiscal_year' as period_kind,
    fiscal_year_start as period_start,
    max(calendar_date) as period_end
  from calendar
  cross join policy.term as term
  where term.fiscal_year_starts > 1
  group by fiscal_year_start
),

begun as (
  select
    full_period.period_kind,
    full_period.period_start,
    full_period.period_end
  from full_period
  cross join parameter
  where full_period.period_start <= parameter.as_of_date
),

-- thirteen whole weeks up to the end of each of the last weeks: a steadier base for rates
rolling as (
  select
    'rolling_13w' as period_kind,
    cast(begun.period_start - interval 84 day as date) as period_start,
    begun.period_end
  from begun
  cross join parameter
  where
    begun.period_kind = 'week'
    and begun.period_start > cast(parameter.as_of_date - interval 98 day as date)
),

-- the running month, quarter and year up to the day of the report
to_date as (
  select
    case begun.period_kind
      when 'month' then 'mtd'
      when 'quarter' then 'qtd'
      when 'year' then 'ytd'
      else 'fytd'
    end as period_kind,
    begun.period_start,
    parameter.as_of_date as period_end
  from begun
  cross join parameter
  where
    begun.period_kind in ('month', 'quarter', 'year', 'fiscal_year')
    and begun.period_end >= parameter.as_of_date
),

every_period as (
  select
    period_kind,
    period_start,
    period_end
  from begun
  union all
  select
    period_kind,
    period_start,
    period_end
  from rolling
  union all
  select
    period_kind,
    period_start,
    period_end
  from to_date
)

select
  every_period.period_kind,
  every_period.period_start,
  every_period.period_end,
  least(every_period.period_end, parameter.as_of_date) as data_end,
  every_period.period_end >= parameter.as_of_date as is_current,
  case
    when every_period.period_kind in ('mtd', 'qtd', 'ytd', 'fytd') then true
    else every_period.period_end > parameter.as_of_date
  end as is_partial,
  cast(case every_period.period_kind
    when 'week' then every_period.period_start - interval 7 day
    when 'rolling_13w' then every_period.period_start - interval 91 day
    when 'month' then every_period.period_start - interval 1 month
    when 'mtd' then every_period.period_start - interval 1 month
    when 'quarter' then every_period.period_start - interval 3 month
    when 'qtd' then every_period.period_start - interval 3 month
    else every_period.period_start - interval 12 month
  end as date) as previous_start,
  cast(case
    when every_period.period_kind in ('week', 'rolling_13w') then every_period.period_start - interval 364 day
    else every_period.period_start - interval 12 month
  end as date) as prior_year_start
from every_period
cross join parameter
