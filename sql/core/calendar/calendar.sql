-- table: core.calendar
-- grain: one row per day
-- key:   calendar_date
-- why:   weeks, months, quarters and years of a day, and whether people work on it, are decided once
with day as (
  select cast(day_at as date) as calendar_date
  from core.parameter,
    unnest(generate_series(
      cast(calendar_start as timestamp), cast(calendar_end as timestamp), interval 1 day
    )) as days (day_at)
),

named as (
  select
    calendar_date,
    cast(date_trunc('week', calendar_date) as date) as week_start,
    cast(date_trunc('month', calendar_date) as date) as month_start,
    cast(date_trunc('quarter', calendar_date) as date) as quarter_start,
    cast(date_trunc('year', calendar_date) as date) as year_start,
    -- counted from a Monday, because engines number the days of a week differently
    date_diff('day', date '1900-01-01', calendar_date) % 7 + 1 as day_of_week
  from day
)

select
  named.calendar_date,
  named.week_start,
  named.month_start,
  named.quarter_start,
  named.year_start,
  cast(
    date_trunc('year', named.calendar_date - (term.fiscal_year_starts - 1) * interval 1 month)
    + (term.fiscal_year_starts - 1) * interval 1 month as date
  ) as fiscal_year_start,
  coalesce(special.is_working_day, weekend.day_of_week is null) as is_working_day
from named
cross join policy.term as term
left join policy.calendar_day as special on named.calendar_date = special.calendar_date
left join policy.weekend_day as weekend on named.day_of_week = weekend.day_of_week
