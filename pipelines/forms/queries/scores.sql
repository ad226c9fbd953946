-- who is to be scored by whom in a period: every indicator that a scheme leaves to judgment
select
  coalesce(given.rater_id, nullif(asked.leader_id, ''), 'nobody') as rater_id,
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
from core.appraisal_asked as asked
left join staging.appraisal_input as given
  on
    asked.employee_id = given.employee_id
    and asked.period = given.period
    and asked.indicator = given.indicator
left join staging.employee as employee on asked.employee_id = employee.employee_id
left join staging.org_unit as unit on asked.unit_id = unit.unit_id
where asked.period = $1
group by all
order by rater_id, asked.employee_id, asked.indicator
