-- disputes of commission that nobody has decided
select
  dispute_id as key,
  payee_id as person,
  period,
  deadline_date as day
from mart.commission_dispute
where status = 'open' and deadline_date is not null
order by deadline_date, dispute_id
