-- what moves a score beside its indicators: points and gates of the newest periods
select
  point.employee_id,
  point.scheme_id,
  point.kind,
  part.label_zh,
  part.label_en,
  part.kpi_id,
  point.measure as actual,
  cast(null as decimal(18, 6)) as value_limit,
  false as lower_is_better,
  true as is_known,
  false as is_missed,
  point.stated_points,
  point.points,
  cast(null as decimal(9, 4)) as score_at_most,
  cast(null as varchar) as grade_at_best
from mart.appraisal_point as point
inner join
  mart.appraisal_latest as latest
  on point.scheme_id = latest.scheme_id and point.period = latest.period
inner join mart.appraisal_result as result
  on point.employee_id = result.employee_id and point.period = result.period
left join policy.appraisal_part as part
  on
    part.part = 'bonus'
    and point.scheme_id = part.scheme_id
    and result.version = part.version
    and point.point_id = part.part_id
union all
select
  gate.employee_id,
  gate.scheme_id,
  'gate' as kind,
  part.label_zh,
  part.label_en,
  part.kpi_id,
  gate.actual,
  gate.value_limit,
  gate.lower_is_better,
  gate.is_known,
  gate.is_missed,
  cast(null as decimal(9, 4)) as stated_points,
  case when gate.is_missed then gate.points end as points,
  gate.score_at_most,
  gate.grade_at_best
from mart.appraisal_gate as gate
inner join
  mart.appraisal_latest as latest
  on gate.scheme_id = latest.scheme_id and gate.period = latest.period
inner join mart.appraisal_result as result
  on gate.employee_id = result.employee_id and gate.period = result.period
left join policy.appraisal_part as part
  on
    part.part = 'gate'
    and gate.scheme_id = part.scheme_id
    and result.version = part.version
    and gate.gate = part.part_id
order by employee_id, kind, label_en
