-- the latest business date found in each system's data, and whether a working day is missing
with system as (
  select
    load.system,
    max(freshness.latest_date) as latest_date,
    max(case when freshness.is_daily then freshness.latest_date end) as latest_daily_date
  from mart.load as load
  left join mart.export_freshness as freshness on load.table_name = freshness.table_name
  where load.is_current
  group by load.system
)

select
  system.system,
  system.latest_date,
  -- one working day may be missing on a Monday morning; two mean that an export did not come
  count(calendar.calendar_date) > 1 as is_late
from system
cross join core.parameter as parameter
left join core.calendar as calendar
  on
    calendar.is_working_day
    and system.latest_daily_date < calendar.calendar_date
    and parameter.as_of_date >= calendar.calendar_date
group by system.system, system.latest_date
order by system.system
