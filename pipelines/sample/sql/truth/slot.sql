-- grain: one row per territory and working day on which somebody sits on it
-- why:   new deals are spread over slots by weight: season, territory, newcomers, absence
with weighed as (
  select
    tenure.seat_no,
    tenure.employee_no,
    calendar.day,
    calendar.workday_no,
    (
      calendar.deal_weight * seat.potential
      * case
        when tenure.from_date = date '2024-11-01' then 10
        when calendar.day < tenure.from_date + 30 then 4
        when calendar.day < tenure.from_date + 90 then 7
        else 10
      end // 10
    )::bigint as weight
  from seat_tenure as tenure
  inner join seat on tenure.seat_no = seat.seat_no
  inner join calendar
    on
      calendar.is_workday
      and calendar.day between tenure.from_date
      and coalesce(tenure.to_date, getvariable('last_day'))
  -- the long leave
  where not (
    tenure.seat_no = 10 and calendar.day between date '2026-03-02' and date '2026-08-28'
  )
)

select
  seat_no,
  employee_no,
  day,
  workday_no,
  weight,
  sum(weight) over (
    order by day, draw('slot order', workday_no * 100000 + seat_no), seat_no
  )::hugeint as weight_to,
  sum(weight) over ()::hugeint as weight_all
from weighed
