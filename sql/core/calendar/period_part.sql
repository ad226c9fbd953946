-- table: core.period_part
-- grain: one row per span and whole week, whole month or day that it is put together from
-- key:   span_no, part_kind, part_start
-- why:   a year is twelve sums of months, not 365 of days: days are summed to weeks and months once,
--        and each span takes what it holds whole, and single days for the rest
with day as (
  select
    variant.span_no,
    case when variant.period_kind in ('week', 'rolling_13w') then 'week' else 'month' end as part_kind,
    case
      when variant.period_kind in ('week', 'rolling_13w') then calendar.week_start
      else calendar.month_start
    end as part_start,
    calendar.calendar_date
  from core.period_variant as variant
  inner join core.calendar as calendar
    on calendar.calendar_date between variant.from_date and variant.to_date
),

part as (
  select
    span_no,
    part_kind,
    part_start,
    count(*) = case
      when part_kind = 'week' then 7
      else date_diff('day', part_start, cast(part_start + interval 1 month as date))
    end as is_whole
  from day
  group by span_no, part_kind, part_start
)

select
  span_no,
  part_kind,
  part_start
from part
where is_whole
union all
select
  day.span_no,
  'day' as part_kind,
  day.calendar_date as part_start
from day
inner join part
  on
    day.span_no = part.span_no
    and day.part_start = part.part_start
where not part.is_whole
