-- grain: one row per seat and holder
-- why:   who sits on a territory from when to when, and who takes over the open deals afterwards
with rep as (
  select
    seat_no,
    employee_no,
    joined_date,
    leave_date
  from employee
  where role = 'rep'
),

promoted as (
  select
    seat.seat_no,
    lead.employee_no as former_lead_no
  from seat
  inner join employee as lead on lead.role = 'team_lead' and seat.team_no = lead.team_no
  where seat.is_promoted
),

held as (
  select
    rep.seat_no,
    rep.employee_no,
    coalesce(rep.joined_date, date '2024-11-01') as from_date,
    case when promoted.seat_no is not null then date '2025-12-31' else rep.leave_date end
      as to_date
  from rep
  left join promoted on rep.seat_no = promoted.seat_no
  union all
  -- the former lead of that team goes back to selling on the promoted representative's seat
  select
    seat_no,
    former_lead_no,
    date '2026-01-01' as from_date,
    null as to_date
  from promoted
)

select
  held.seat_no,
  held.employee_no,
  held.from_date,
  held.to_date,
  coalesce(promoted.former_lead_no, neighbour.employee_no, lead.employee_no) as successor_no
from held
inner join seat on held.seat_no = seat.seat_no
inner join employee as lead on lead.role = 'team_lead' and seat.team_no = lead.team_no
left join promoted
  on held.seat_no = promoted.seat_no and held.employee_no <> promoted.former_lead_no
left join held as neighbour
  on
    seat.neighbour_seat_no = neighbour.seat_no
    and held.to_date + 1 >= neighbour.from_date
    and neighbour.to_date is null
