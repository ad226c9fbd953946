-- everybody who was appraised in a period, with the indicators an appeal may name
select
  result.employee_id,
  employee.name,
  coalesce(unit.name, result.unit_id) as unit,
  cast(result.score as decimal(9, 4)) as score,
  result.grade,
  string_agg(distinct card.indicator, ',' order by card.indicator) as indicators
from mart.appraisal_result as result
inner join mart.appraisal_score as card
  on
    result.employee_id = card.employee_id
    and result.period = card.period
    and result.scheme_id = card.scheme_id
left join staging.employee as employee on result.employee_id = employee.employee_id
left join staging.org_unit as unit on result.unit_id = unit.unit_id
where result.period = $1
group by all
order by result.employee_id
