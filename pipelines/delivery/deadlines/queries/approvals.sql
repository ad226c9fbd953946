-- what was asked for and waits for an approval by a day
select
  approval_id as key,
  cast(null as varchar) as person,
  period,
  deadline_date as day
from mart.commission_approval
where status = 'asked' and deadline_date is not null
order by deadline_date, approval_id
