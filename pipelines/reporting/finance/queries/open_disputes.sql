-- disputes that are not decided, the earliest deadline first
select
  dispute_id,
  payee_id,
  period,
  reason,
  claimed_amount,
  cast(opened_at as date) as opened_date,
  opened_by,
  deadline_date
from mart.commission_dispute
where status = 'open'
order by deadline_date, dispute_id
