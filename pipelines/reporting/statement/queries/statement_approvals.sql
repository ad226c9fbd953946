-- approvals of one month that are about a payee: the statement, a difference to payroll, an adjustment
select
  coalesce(adjustment.employee_id, approval.key) as payee_id,
  approval.approval_id,
  approval.kind,
  approval.status,
  approval.is_valid,
  approval.amount,
  approval.reason,
  approval.asked_by,
  cast(approval.asked_at as date) as asked_date,
  approval.deadline_date,
  approval.approved_by,
  cast(approval.approved_at as date) as approved_date
from mart.commission_approval as approval
left join staging.commission_adjustment as adjustment
  on case when approval.kind = 'adjustment' then approval.key end = adjustment.adjustment_id
where approval.period = $statement_month and approval.key is not null
order by payee_id, approval.asked_at nulls last, approval.approval_id
