-- table: core.receivable_calendar
-- grain: one row per day up to the day of the report
-- key:   calendar_date
-- why:   balances are looked at on the last day of every period, those of customers at month ends and
--        on the day of the report; a movement counts from the first such day on or after it
with looked_at as (
  select
    to_date as as_of_date,
    max(case when period_kind = 'month' and variant = 'actual' then 1 else 0 end) as is_month
  from core.period_variant
  group by to_date
),

ends as (
  select
    cast(least(min(looked_at.as_of_date), min(parameter.calendar_start)) as timestamp) as first_day,
    cast(min(parameter.as_of_date) as timestamp) as last_day
  from looked_at
  cross join core.parameter as parameter
),

day as (
  select cast(day_at as date) as calendar_date
  from ends, unnest(generate_series(first_day, last_day, interval 1 day)) as days (day_at)
)

select
  day.calendar_date,
  min(looked_at.as_of_date) over later as as_of_date,
  min(
    case
      when looked_at.is_month = 1 or looked_at.as_of_date = parameter.as_of_date then looked_at.as_of_date
    end
  ) over later as month_as_of_date
from day
cross join core.parameter as parameter
left join looked_at on day.calendar_date = looked_at.as_of_date
window later as (order by day.calendar_date desc rows between unbounded preceding and current row)
