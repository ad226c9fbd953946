-- how each employee's deals and activities are kept, on the day of the report and a week before
select
  employee_id,
  as_of_date,
  open_deals,
  incomplete_deals,
  stale_deals,
  past_due_deals,
  flawed_deals,
  required_fields,
  filled_fields,
  activities,
  late_activities
from mart.crm_hygiene
order by as_of_date desc, flawed_deals desc, open_deals asc, employee_id asc
