-- table: core.org_day
-- grain: one row per employee and day
-- key:   employee_id, calendar_date
-- why:   a fact belongs to the unit its owner was in on its date; days before the first and after
--        the last assignment take the nearest one, so that every fact of an owner has a unit. Whoever has
--        left is no longer active, even where the assignment runs on; who came back has a new one
with assignment as (
  select
    employee_id,
    unit_id,
    role,
    valid_from,
    valid_to,
    is_last,
    team_id,
    region_id
  from core.employee_assignment
),

spanned as (
  select
    employee_id,
    unit_id,
    role,
    team_id,
    region_id,
    valid_from,
    valid_to,
    case
      when row_number() over (partition by employee_id order by valid_from) = 1
        then date '0001-01-01'
      else valid_from
    end as covers_from,
    case
      when is_last then date '9999-12-31'
      else
        cast(lead(valid_from) over (partition by employee_id order by valid_from) - interval 1 day as date)
    end as covers_to,
    is_last
  from assignment
),

as_was as (
  select
    spanned.employee_id,
    calendar.calendar_date,
    spanned.unit_id,
    spanned.role,
    spanned.team_id,
    spanned.region_id,
    calendar.calendar_date >= spanned.valid_from
    and (spanned.valid_to is null or calendar.calendar_date <= spanned.valid_to)
    and (
      employee.leave_date is null or calendar.calendar_date <= employee.leave_date
      or spanned.valid_from > employee.leave_date
    ) as is_active
  from spanned
  left join staging.employee as employee on spanned.employee_id = employee.employee_id
  inner join core.calendar as calendar
    on calendar.calendar_date between spanned.covers_from and spanned.covers_to
)

select
  as_was.employee_id,
  as_was.calendar_date,
  case when parameter.org_view = 'as_is' then latest.unit_id else as_was.unit_id end as unit_id,
  case when parameter.org_view = 'as_is' then latest.role else as_was.role end as role,
  case when parameter.org_view = 'as_is' then latest.team_id else as_was.team_id end as team_id,
  case when parameter.org_view = 'as_is' then latest.region_id else as_was.region_id end as region_id,
  as_was.is_active
from as_was
cross join core.parameter as parameter
left join spanned as latest on as_was.employee_id = latest.employee_id and latest.is_last
