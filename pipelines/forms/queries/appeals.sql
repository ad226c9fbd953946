-- appeals against a period that nobody has answered
select
  appeal.appeal_id,
  appeal.employee_id,
  employee.name,
  appeal.period,
  appeal.indicator,
  appeal.reason,
  cast(appeal.opened_at as date) as opened,
  appeal.opened_by,
  appeal.answer_by
from mart.appraisal_appeal as appeal
left join staging.employee as employee on appeal.employee_id = employee.employee_id
where appeal.status = 'open' and appeal.period = $1
order by appeal.answer_by, appeal.employee_id, appeal.appeal_id
