-- table: core.period_day
-- grain: one row per period, span and day in it
-- key:   period_kind, period_start, variant, calendar_date
-- why:   a day's sums roll up to every period by one join
select
  variant.period_kind,
  variant.period_start,
  variant.variant,
  calendar.calendar_date,
  variant.span_no
from core.period_variant as variant
inner join core.calendar as calendar
  on calendar.calendar_date between variant.from_date and variant.to_date
