-- table: core.absence_day
-- grain: one row per employee and day of leave that counts for no quota
-- key:   employee_id, calendar_date
-- why:   leave of the kinds that policy/quotas.yaml names, and long leave of any kind: on such days nobody
--        has a quota, and nobody is judged
select distinct
  leave.employee_id,
  calendar.calendar_date
from staging.leave as leave
cross join core.parameter as parameter
cross join policy.quota_proration as proration
left join policy.quota_leave_kind as named on leave.kind = named.kind
inner join core.calendar as calendar on calendar.calendar_date between leave.start_date and leave.end_date
where
  leave.start_date <= parameter.as_of_date
  and (
    named.kind is not null
    or date_diff('day', leave.start_date, leave.end_date) + 1 >= proration.long_leave_days
  )
