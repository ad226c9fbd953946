-- grain: one row per sales territory ("seat"), six to a team
-- why:   customers belong to a territory; the representative sitting on it may change
with numbered as (
  select unnest(range(1, getvariable('teams') * 6 + 1)) as seat_no
)

select
  seat_no::int as seat_no,
  ((seat_no - 1) // 6 + 1)::int as team_no,
  ((seat_no - 1) % 6 + 1)::int as place_no,
  -- what the territory can yield, around 100
  (70 + roll('seat potential', seat_no, 61))::int as potential,
  case when seat_no % 10 = 4 then date '2025-04-18' + roll('leave', seat_no, 500)::int end
    as leave_date,
  case
    when seat_no % 10 = 4 and seat_no <> 44
      then
        date '2025-04-18' + roll('leave', seat_no, 500)::int + 24
        + roll('gap', seat_no, 25)::int
  end as successor_date,
  -- territories opened later
  case
    when seat_no % 24 = 7 then date '2025-05-19' + (roll('opened', seat_no, 300))::int
  end as opened_date,
  -- the seat whose holder takes over when this one falls vacant
  case when seat_no % 6 = 0 then seat_no - 5 else seat_no + 1 end::int as neighbour_seat_no,
  seat_no = 28 as is_promoted
from numbered
