-- people by scheme and computed grade of a period, the best grade first, the held last
with shown as (
  select distinct
    scheme_id,
    version
  from mart.appraisal_result
  where period = $1
),

place as (
  select
    band.scheme_id,
    band.version,
    band.place,
    band.grade,
    band.guide_share
  from policy.grade_band as band
  inner join shown on band.scheme_id = shown.scheme_id and band.version = shown.version
  union all
  select
    scheme_id,
    version,
    9999 as place,
    cast(null as varchar) as grade,
    cast(null as decimal(9, 4)) as guide_share
  from shown
)

select
  place.scheme_id,
  max(scheme.label_zh) as label_zh,
  max(scheme.label_en) as label_en,
  place.grade,
  max(format('{}%', cast(round(100 * place.guide_share) as integer))) as guide,
  count(step.employee_id) as people
from place
inner join policy.appraisal_scheme as scheme
  on place.scheme_id = scheme.scheme_id and place.version = scheme.version
left join mart.appraisal_grade as step
  on
    place.scheme_id = step.scheme_id
    and place.version = step.version
    and place.grade is not distinct from step.grade
    and step.period = $1
group by place.scheme_id, place.place, place.grade
order by place.scheme_id, place.place
