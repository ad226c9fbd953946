-- grain: one row per person and stay in a unit under one manager
-- why:   membership is dated: the reorganisation of 2026-01-01 starts new rows
with lead_of as (
  -- who leads a team in 2025 and from 2026 on
  select
    team.team_no,
    lead.employee_no as lead_2025,
    coalesce(promoted.employee_no, lead.employee_no) as lead_2026
  from team
  inner join employee as lead on lead.role = 'team_lead' and team.team_no = lead.team_no
  left join seat on seat.is_promoted and team.team_no = seat.team_no
  left join employee as promoted
    on promoted.role = 'rep' and seat.seat_no = promoted.seat_no
),

manager as (
  select
    region_no,
    employee_no
  from employee
  where role = 'region_manager'
),

director as (
  select employee_no from employee
  where role = 'director'
),

half (year_no, first_day, last_day) as (
  values
  (2025, date '2015-01-01', date '2025-12-31'),
  (2026, date '2026-01-01', null::date)
),

seat_team as (
  -- some representatives change team at the reorganisation, with their territory
  select
    seat.seat_no,
    seat.team_no as team_2025,
    case
      when seat.seat_no % 16 <> 3 then seat.team_no
      when next_team.region_no = team.region_no and not next_team.is_moved then next_team.team_no
      else team.team_no - 1
    end as team_2026
  from seat
  inner join team on seat.team_no = team.team_no
  left join team as next_team on next_team.team_no = seat.team_no + 1
),

rep_row as (
  select
    tenure.employee_no,
    half.year_no,
    case when half.year_no = 2025 then team.unit_id else team.unit_id_2026 end as unit_id,
    'rep' as role,
    case when half.year_no = 2025 then lead_of.lead_2025 else lead_of.lead_2026 end
      as manager_no,
    greatest(tenure.from_date, half.first_day) as valid_from,
    least(tenure.to_date, half.last_day) as valid_to
  from seat_tenure as tenure
  inner join seat_team on tenure.seat_no = seat_team.seat_no
  cross join half
  inner join team
    on
      team.team_no
      = case when half.year_no = 2025 then seat_team.team_2025 else seat_team.team_2026 end
  inner join lead_of on team.team_no = lead_of.team_no
  where
    tenure.from_date <= coalesce(half.last_day, date '9999-12-31')
    and coalesce(tenure.to_date, date '9999-12-31') >= half.first_day
),

lead_row as (
  select
    case when half.year_no = 2025 then lead_of.lead_2025 else lead_of.lead_2026 end
      as employee_no,
    half.year_no,
    case when half.year_no = 2025 then team.unit_id else team.unit_id_2026 end as unit_id,
    'team_lead' as role,
    manager.employee_no as manager_no,
    greatest(half.first_day, date '2024-11-01') as valid_from,
    half.last_day as valid_to
  from lead_of
  inner join team on lead_of.team_no = team.team_no
  cross join half
  inner join manager
    on
      manager.region_no
      = case when half.year_no = 2025 then team.region_no else team.region_no_2026 end
),

other_row as (
  select
    employee.employee_no,
    2025 as year_no,
    employee.unit_id,
    employee.role,
    case when employee.role <> 'director' then director.employee_no end as manager_no,
    date '2024-11-01' as valid_from,
    null::date as valid_to
  from employee
  cross join director
  where employee.role not in ('rep', 'team_lead')
),

every_row as (
  from rep_row
  union all
  from lead_row
  union all
  from other_row
),

joined as (
  -- rows that say the same before and after the reorganisation are one row
  select
    employee_no,
    unit_id,
    role,
    manager_no,
    min(valid_from) as valid_from,
    case when bool_or(valid_to is null) then null else max(valid_to) end as valid_to
  from every_row
  group by employee_no, unit_id, role, manager_no
)

select
  joined.employee_no,
  joined.unit_id,
  joined.role,
  joined.manager_no,
  case
    when employee.joined_date is null and joined.valid_from <= date '2024-11-01'
      then greatest(employee.hire_date, date '2024-01-01')
    else joined.valid_from
  end as valid_from,
  joined.valid_to,
  case when joined.role = 'service' and joined.employee_no % 3 = 0 then 50 else 100 end as fte_pct
from joined
inner join employee on joined.employee_no = employee.employee_no
