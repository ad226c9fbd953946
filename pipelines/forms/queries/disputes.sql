-- disputes up to a month that nobody has answered
select
  dispute.dispute_id,
  dispute.payee_id,
  employee.name,
  dispute.period,
  dispute.line_id,
  dispute.source_id,
  dispute.claimed_amount,
  dispute.reason,
  cast(dispute.opened_at as date) as opened,
  dispute.opened_by
from mart.commission_dispute as dispute
left join staging.employee as employee on dispute.payee_id = employee.employee_id
where dispute.status = 'open' and dispute.period <= $1
order by dispute.period, dispute.payee_id, dispute.dispute_id
