-- table: mart.kpi_recent
-- grain: one row per KPI, period and scope, of the periods the day of the report lies in, of the
--        thirteen that ended with the last thirteen weeks, and of the last working day
-- key:   kpi_id, period_kind, period_start, scope_kind, scope_id
-- why:   what pages and mail show. The view over all KPIs and periods costs more to plan than to read,
--        so it is read once for all of them
with shown_period as (
  select
    period_kind,
    period_start
  from core.period
  where is_current and period_kind in ('week', 'month', 'quarter', 'rolling_13w')
  union
  select
    earlier.period_kind,
    earlier.period_start
  from core.period as this_one
  inner join core.period as earlier
    on
      this_one.period_kind = earlier.period_kind
      and this_one.period_start >= earlier.period_start
      and this_one.period_start - interval 84 day <= earlier.period_start
  where this_one.is_current and this_one.period_kind in ('week', 'rolling_13w')
  union
  select
    'day' as period_kind,
    max(calendar.calendar_date) as period_start
  from core.calendar as calendar
  cross join core.parameter as parameter
  where calendar.is_working_day and calendar.calendar_date <= parameter.as_of_date
)

select
  held.kpi_id,
  held.period_kind,
  held.period_start,
  held.scope_kind,
  held.scope_id,
  held.period_end,
  held.numerator,
  held.denominator,
  held.value,
  held.n,
  held.target,
  held.previous_value,
  held.prior_year_value,
  held.no_data_reason
from mart.kpi_value as held
inner join shown_period
  on held.period_kind = shown_period.period_kind and held.period_start = shown_period.period_start
