-- appeals that nobody has answered
select
  appeal_id as key,
  employee_id as person,
  period,
  answer_by as day
from mart.appraisal_appeal
where status = 'open' and answer_by is not null
order by answer_by, appeal_id
