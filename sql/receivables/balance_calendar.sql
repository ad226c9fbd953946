-- table: receivables.balance_calendar
-- grain: one row per day up to the day of the report
-- key:   calendar_date
-- why:   the days on which balances are looked at, and for every other day the next of them: the last day
--        of every period, those of customers too, unless policy keeps them at month ends, on the day of
--        the report and on the days it is compared with; a movement counts from the first such day on or
--        after it
with looked_at as (
  select
    variant.to_date as as_of_date,
    max(
      case
        when
          policy.customer_history = 'week'
          or variant.period_kind = 'month' and variant.variant = 'actual'
          or report.span_no is not null
          then 1
        else 0
      end
    ) as is_customer_day
  from core.period_variant as variant
  cross join policy.receivable as policy
  left join core.report_span as report on variant.span_no = report.span_no
  group by variant.to_date
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
  min(case when looked_at.is_customer_day = 1 then looked_at.as_of_date end) over later
    as customer_as_of_date
from day
left join looked_at on day.calendar_date = looked_at.as_of_date
window later as (order by day.calendar_date desc rows between unbounded preceding and current row)
