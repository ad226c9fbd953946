-- leads assigned in the last thirteen weeks whose time to answer has run out, by owner and the team
-- they were in on the day of the assignment
select
  lead.owner_id,
  org.team_id,
  parameter.contact_within_hours,
  count(*) as leads,
  sum(case when lead.is_contacted_on_time then 1 else 0 end) as on_time,
  sum(
    case when not lead.is_contacted_on_time and lead.first_contact_at is not null then 1 else 0 end
  ) as late,
  sum(case when lead.first_contact_at is null then 1 else 0 end) as never
from core.fct_lead as lead
cross join core.parameter as parameter
left join core.org_day as org
  on lead.owner_id = org.employee_id and lead.assigned_date = org.calendar_date
where lead.is_contact_due and lead.assigned_date between $rolling_start and $as_of
group by lead.owner_id, org.team_id, parameter.contact_within_hours
order by lead.owner_id, org.team_id
