-- where the KPI behind each indicator of a person's scorecard is measured: of whom, in which windows
select
  score.indicator,
  part.kpi_id,
  span.window_kind,
  span.window_start,
  part.scope_kind,
  case part.scope_kind
    when 'employee' then stretch.employee_id
    when 'team' then stretch.team_id
    when 'region' then stretch.region_id
    else parameter.company_id
  end as scope_id
from mart.appraisal_score as score
cross join core.parameter as parameter
inner join policy.appraisal_part as part
  on
    part.part = 'indicator'
    and score.scheme_id = part.scheme_id
    and score.version = part.version
    and score.indicator = part.part_id
    and part.kpi_id is not null
inner join core.appraisal_stretch as stretch
  on
    score.employee_id = stretch.employee_id
    and score.period = stretch.period
    and score.scheme_id = stretch.scheme_id
inner join core.appraisal_window as span
  on
    score.employee_id = span.employee_id
    and score.period = span.period
    and score.scheme_id = span.scheme_id
where score.employee_id = $1 and score.period = $2
order by stretch.last_day desc, score.position asc, span.window_start asc
