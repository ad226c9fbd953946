-- what the warehouse was computed for, the last working day by then and the next one
select
  parameter.as_of_date,
  parameter.base_currency,
  parameter.company_id,
  parameter.company_name_zh,
  parameter.company_name_en,
  parameter.stale_after_days,
  max(case when day.calendar_date <= parameter.as_of_date then day.calendar_date end) as working_day,
  min(case when day.calendar_date > parameter.as_of_date then day.calendar_date end) as next_working_day
from core.parameter as parameter
left join core.calendar as day on day.is_working_day
group by all
