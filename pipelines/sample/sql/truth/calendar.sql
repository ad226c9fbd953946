-- grain: one row per day, 2024-11-01 to 2027-12-31
-- why:   people work on working days; deals follow weeks, quarters and the Spring Festival
with holiday (first_day, last_day) as (
  values
  (date '2025-01-01', date '2025-01-01'), (date '2025-01-28', date '2025-02-04'),
  (date '2025-04-04', date '2025-04-06'), (date '2025-05-01', date '2025-05-05'),
  (date '2025-05-31', date '2025-06-02'), (date '2025-10-01', date '2025-10-08'),
  (date '2026-01-01', date '2026-01-03'), (date '2026-02-15', date '2026-02-23'),
  (date '2026-04-04', date '2026-04-06'), (date '2026-05-01', date '2026-05-05'),
  (date '2026-06-19', date '2026-06-21'), (date '2026-09-25', date '2026-09-27'),
  (date '2026-10-01', date '2026-10-07')
),

make_up (day) as (
  values
  (date '2025-01-26'), (date '2025-02-08'), (date '2025-04-27'), (date '2025-09-28'),
  (date '2025-10-11'), (date '2026-01-04'), (date '2026-02-14'), (date '2026-02-28'),
  (date '2026-05-09'), (date '2026-09-20'), (date '2026-10-10')
),

day as (
  select step::date as day
  from generate_series(timestamp '2024-11-01', timestamp '2027-12-31', interval 1 day) as t (step)
),

judged as (
  select
    day.day,
    case
      when make_up.day is not null then true
      when holiday.first_day is not null then false
      else isodow(day.day) <= 5
    end as is_workday
  from day
  left join make_up on day.day = make_up.day
  left join holiday on day.day between holiday.first_day and holiday.last_day
),

counted as (
  select
    day,
    is_workday,
    sum(is_workday::int) over (order by day)::int as workday_no
  from judged
)

select
  day,
  is_workday,
  -- the latest working day up to this day
  workday_no,
  max(workday_no) over (partition by year(day), quarter(day)) as quarter_end_workday_no,
  max(workday_no) over (partition by year(day), month(day)) as month_end_workday_no,
  case
    when not is_workday then 0
    -- the company's first CRM weeks: deals already under way are entered
    when day < date '2024-11-16' then 330
    when day between date '2025-01-16' and date '2025-02-10' then 45
    when day between date '2026-02-04' and date '2026-03-02' then 45
    when isodow(day) >= 6 then 45
    when month(day) in (7, 8) then [0, 95, 100, 95, 88, 68][isodow(day) + 1]
    when month(day) in (3, 9) then [0, 125, 132, 125, 115, 90][isodow(day) + 1]
    else [0, 112, 118, 112, 100, 78][isodow(day) + 1]
  end as deal_weight
from counted
