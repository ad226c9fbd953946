-- table: core.appraisal_stretch
-- grain: one row per employee, period and scheme that judges a part of it
-- key:   employee_id, period, scheme_id
-- why:   whoever changed roles within a period is judged by each scheme for the days in its role;
--        the version in force on the first day of the period judges all of it
with period as (
  select
    period_kind,
    period_start,
    period_end
  from core.period
  where period_kind in ('month', 'quarter', 'year') and not is_partial
  union all
  select
    'half_year' as period_kind,
    opening.period_start,
    closing.period_end
  from core.period as opening
  inner join core.period as closing
    on
      closing.period_kind = 'quarter'
      and closing.period_start = cast(opening.period_start + interval 3 month as date)
      and not closing.is_partial
  where opening.period_kind = 'quarter' and extract(month from opening.period_start) in (1, 7)
),

judging as (
  select
    scheme.scheme_id,
    scheme.version,
    scheme.role,
    scheme.period_kind,
    period.period_start,
    period.period_end,
    case scheme.period_kind
      when 'month' then strftime(period.period_start, '%Y-%m')
      when 'quarter'
        then
          concat(
            strftime(period.period_start, '%Y'),
            '-Q',
            cast(extract(quarter from period.period_start) as varchar)
          )
      when 'half_year'
        then
          concat(
            strftime(period.period_start, '%Y'),
            case when extract(month from period.period_start) = 1 then '-H1' else '-H2' end
          )
      else strftime(period.period_start, '%Y')
    end as period
  from policy.appraisal_scheme as scheme
  inner join period
    on
      scheme.period_kind = period.period_kind
      and scheme.valid_from <= period.period_start
      and coalesce(scheme.valid_to, date '9999-12-31') >= period.period_start
),

stretch as (
  select
    org.employee_id,
    judging.period,
    judging.period_kind,
    judging.period_start,
    judging.period_end,
    judging.scheme_id,
    judging.version,
    judging.role,
    count(*) as active_days,
    min(org.calendar_date) as first_day,
    max(org.calendar_date) as last_day
  from judging
  inner join core.org_day as org
    on
      judging.role = org.role
      and org.calendar_date between judging.period_start and judging.period_end
      and org.is_active
  group by
    org.employee_id, judging.period, judging.period_kind, judging.period_start, judging.period_end,
    judging.scheme_id, judging.version, judging.role
)

select
  stretch.employee_id,
  stretch.period,
  stretch.period_kind,
  stretch.period_start,
  stretch.period_end,
  stretch.scheme_id,
  stretch.version,
  stretch.role,
  stretch.active_days,
  stretch.first_day,
  stretch.last_day,
  org.unit_id,
  org.team_id,
  org.region_id,
  count(*) over (partition by stretch.employee_id, stretch.period) = 1 as is_only,
  -- who is judged by several schemes stands in the lists of the last
  row_number() over (
    partition by stretch.employee_id, stretch.period order by stretch.last_day desc, stretch.scheme_id asc
  ) = 1 as is_last,
  sum(stretch.active_days) over (partition by stretch.employee_id, stretch.period) as person_days
from stretch
inner join core.org_day as org
  on stretch.employee_id = org.employee_id and stretch.last_day = org.calendar_date
