-- table: core.org_span
-- grain: one row per employee and days on end in one team and region
-- key:   employee_id, from_date
-- why:   who sums by day looks a unit up once per span, of which a person has a few, instead of
--        reading a row for each of their days
with stepped as (
  select
    employee_id,
    calendar_date,
    team_id,
    region_id,
    lag(calendar_date) over by_day as day_before,
    lag(team_id) over by_day as team_before,
    lag(region_id) over by_day as region_before
  from core.org_day
  window by_day as (partition by employee_id order by calendar_date)
),

numbered as (
  select
    employee_id,
    calendar_date,
    team_id,
    region_id,
    sum(
      case
        when
          day_before = cast(calendar_date - interval 1 day as date)
          and team_before is not distinct from team_id
          and region_before is not distinct from region_id
          then 0
        else 1
      end
    ) over (
      partition by employee_id order by calendar_date
      rows between unbounded preceding and current row
    ) as span_no
  from stepped
)

select
  employee_id,
  min(calendar_date) as from_date,
  max(calendar_date) as to_date,
  team_id,
  region_id
from numbered
group by employee_id, span_no, team_id, region_id
