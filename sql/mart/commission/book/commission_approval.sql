-- table: mart.commission_approval
-- grain: one row per approval asked for or given
-- key:   approval_id
-- why:   who approved what, when and why. An approval counts only from a person whose role on that day
--        may give it, and never from the payee it is about
select
  approval.approval_id,
  approval.kind,
  approval.period,
  approval.key,
  approval.status,
  approval.amount,
  approval.reason,
  approval.asked_by,
  approval.asked_at,
  approval.deadline_date,
  approval.approved_by,
  approval.approved_at,
  approval.status = 'approved'
  and approval.approved_at < parameter.as_of_end
  and permitted.role is not null
  and approval.approved_by <> coalesce(approval.key, '') as is_valid,
  approval._load,
  approval._line
from staging.commission_approval as approval
cross join core.parameter as parameter
left join core.org_day as org
  on approval.approved_by = org.employee_id and cast(approval.approved_at as date) = org.calendar_date
left join policy.approver_role as permitted
  on case when org.is_active then org.role end = permitted.role
where approval.asked_at is null or approval.asked_at < parameter.as_of_end
