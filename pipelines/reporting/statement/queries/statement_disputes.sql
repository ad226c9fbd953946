-- disputes of one month's statements, open ones first
select
  payee_id,
  dispute_id,
  status,
  reason,
  claimed_amount,
  cast(opened_at as date) as opened_date,
  opened_by,
  deadline_date,
  cast(decided_at as date) as decided_date,
  decided_by,
  decision,
  effect_amount
from mart.commission_dispute
-- what was decided after its month was closed stands where its effect does
where period = $statement_month or effect_period = $statement_month
order by payee_id, case when status = 'open' then 0 else 1 end, opened_at, dispute_id
