-- check:    calendar_is_known
-- guards:   core.calendar
-- severity: warn
-- zh:       本年度与本财年的节假日和调休日均已公布并写入日历
-- en:       the calendar knows the holidays and make-up days of the whole year and year of account
-- effect_zh: 日历未知的日子按普通工作日计：按工作日分摊的指标和响应时间可能有偏差。
-- effect_en: Unknown days count as usual weekdays: quotas by working day and answering times may be off.
-- asks:     sales_ops
-- why:      days it does not know count as usual weekdays: quotas by working days and answering times drift
with today as (
  select
    calendar.year_start,
    calendar.fiscal_year_start
  from core.parameter as parameter
  inner join core.calendar as calendar on parameter.as_of_date = calendar.calendar_date
),

reach as (
  select max(calendar.calendar_date) as last_day
  from core.calendar as calendar
  cross join today
  where
    calendar.year_start = today.year_start
    or calendar.fiscal_year_start = today.fiscal_year_start
)

select
  known.calendar_id,
  known.known_to,
  reach.last_day as computed_to,
  'calendar ' || known.calendar_id || ' knows the days off and the days worked instead to '
  || cast(known.known_to as varchar) || ', and periods reach ' || cast(reach.last_day as varchar)
  || case
    when known.country is null then '; add the days that follow to '
    else '; bring the Python library holidays up to date, or write the days that follow into '
  end
  || 'policy/calendar/' || known.calendar_id || '.yaml'
  || case when known.country is null then '' else ', with country and known_to' end as problem
from policy.calendar as known
cross join reach
where known.known_to < reach.last_day
