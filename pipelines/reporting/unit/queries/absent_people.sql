-- who was on leave on the last working day
select employee_id
from core.absence_day
where calendar_date = cast($working_day as date)
