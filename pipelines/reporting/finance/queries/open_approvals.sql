-- approvals asked for and not given, and approvals that do not count
select
  approval_id,
  kind,
  period,
  key,
  status,
  amount,
  reason,
  asked_by,
  deadline_date,
  approved_by
from mart.commission_approval
where status = 'asked' or (status = 'approved' and not is_valid)
order by deadline_date nulls last, approval_id
