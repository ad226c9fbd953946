-- table: core.appraisal_window
-- grain: one row per stretch and period of the KPI layer that it is measured by
-- key:   employee_id, period, scheme_id, window_start
-- why:   a whole period is measured by its own KPIs, a half year by its two quarters; a part of a
--        period by the months most of whose days in a role belong to it
with whole as (
  select
    employee_id,
    period,
    scheme_id,
    period_kind as window_kind,
    period_start as window_start
  from core.appraisal_stretch
  where is_only and period_kind <> 'half_year'
),

half as (
  select
    stretch.employee_id,
    stretch.period,
    stretch.scheme_id,
    period.period_kind as window_kind,
    period.period_start as window_start
  from core.appraisal_stretch as stretch
  inner join core.period as period
    on
      period.period_kind = 'quarter'
      and period.period_start between stretch.period_start and stretch.period_end
  where stretch.is_only and stretch.period_kind = 'half_year'
),

month_part as (
  select
    stretch.employee_id,
    stretch.period,
    stretch.scheme_id,
    calendar.month_start,
    row_number() over (
      partition by stretch.employee_id, stretch.period, calendar.month_start
      order by count(*) desc, max(org.calendar_date) desc
    ) as place
  from core.appraisal_stretch as stretch
  inner join core.org_day as org
    on
      stretch.employee_id = org.employee_id
      and org.calendar_date between stretch.first_day and stretch.last_day
      and stretch.role = org.role
      and org.is_active
  inner join core.calendar as calendar on org.calendar_date = calendar.calendar_date
  where not stretch.is_only
  group by stretch.employee_id, stretch.period, stretch.scheme_id, calendar.month_start
)

select
  employee_id,
  period,
  scheme_id,
  window_kind,
  window_start
from whole
union all
select
  employee_id,
  period,
  scheme_id,
  window_kind,
  window_start
from half
union all
select
  employee_id,
  period,
  scheme_id,
  'month' as window_kind,
  month_start as window_start
from month_part
where place = 1
