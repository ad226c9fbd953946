-- who is to be scored by whom in a period: every indicator that a scheme leaves to judgment
with asked as (
  select distinct
    stretch.employee_id,
    stretch.period,
    stretch.unit_id,
    stretch.last_day,
    part.manual_indicator as indicator,
    part.label_zh,
    part.label_en,
    coalesce(indicator.most, 100) as most
  from core.appraisal_stretch as stretch
  inner join policy.appraisal_part as part
    on
      stretch.scheme_id = part.scheme_id
      and stretch.version = part.version
      and part.manual_indicator is not null
  left join policy.appraisal_indicator as indicator
    on
      part.scheme_id = indicator.scheme_id
      and part.version = indicator.version
      and case when part.part = 'indicator' then part.part_id end = indicator.indicator
  where stretch.period = $1
)

select
  coalesce(given.rater_id, nullif(manager.manager_id, ''), 'nobody') as rater_id,
  asked.employee_id,
  employee.name,
  coalesce(unit.name, asked.unit_id) as unit,
  asked.indicator,
  max(asked.label_zh) as label_zh,
  max(asked.label_en) as label_en,
  cast(max(asked.most) as decimal(9, 2)) as most,
  cast(max(given.score) as decimal(18, 4)) as score,
  max(given.comment) as comment,
  max(cast(given.rated_at as date)) as rated
from asked
left join staging.assignment as manager
  on
    asked.employee_id = manager.employee_id
    and asked.last_day >= manager.valid_from
    and asked.last_day <= coalesce(manager.valid_to, date '9999-12-31')
left join staging.appraisal_input as given
  on
    asked.employee_id = given.employee_id
    and asked.period = given.period
    and asked.indicator = given.indicator
left join staging.employee as employee on asked.employee_id = employee.employee_id
left join staging.org_unit as unit on asked.unit_id = unit.unit_id
group by all
order by rater_id, asked.employee_id, asked.indicator
