-- table: core.appraisal_look
-- kind:  view
-- grain: one row per stretch, part of its scheme that a KPI measures, and window it is measured in
-- key:   employee_id, period, scheme_id, part, part_id, window_start
-- why:   whose KPI each part looks at, and when: that of the person, or of the team, region or company
--        they are in. core.appraisal_measure has the values
select
  stretch.employee_id,
  stretch.period,
  stretch.scheme_id,
  stretch.last_day,
  part.part,
  part.part_id,
  part.position,
  part.kpi_id,
  part.scope_kind,
  case part.scope_kind
    when 'employee' then stretch.employee_id
    when 'team' then stretch.team_id
    when 'region' then stretch.region_id
    else parameter.company_id
  end as scope_id,
  span.window_kind,
  span.window_start
from core.appraisal_stretch as stretch
cross join core.parameter as parameter
inner join policy.appraisal_part as part
  on stretch.scheme_id = part.scheme_id and stretch.version = part.version and part.kpi_id is not null
inner join core.appraisal_window as span
  on
    stretch.employee_id = span.employee_id
    and stretch.period = span.period
    and stretch.scheme_id = span.scheme_id
