-- table: core.fct_survey
-- kind:  view
-- grain: one row per survey answered up to the day of the report
-- key:   survey_id
-- why:   satisfaction by the employee it is about and by customer
select
  survey.survey_id,
  survey.kind,
  survey.employee_id,
  survey.customer_id,
  survey.score,
  cast(survey.responded_at as date) as responded_date,
  survey._load,
  survey._line
from staging.survey as survey
cross join core.parameter as parameter
where survey.responded_at < parameter.as_of_end
