-- table: mart.commission_dispute
-- grain: one row per dispute of a commission statement
-- key:   dispute_id
-- why:   who disputes what, until when it has to be decided, and with what effect; an open one may keep
--        the month from being closed. An answer that the payee gave themselves is none
select
  dispute.dispute_id,
  dispute.employee_id as payee_id,
  dispute.period,
  dispute.line_id,
  dispute.source_id,
  case
    when dispute.decided_at is not null and dispute.decided_at >= parameter.as_of_end then 'open'
    -- nobody answers their own; withdrawing it is theirs
    when dispute.status <> 'withdrawn' and dispute.decided_by in (dispute.employee_id, employee.name)
      then 'open'
    else dispute.status
  end as status,
  dispute.reason,
  dispute.claimed_amount,
  dispute.opened_at,
  dispute.opened_by,
  coalesce(
    dispute.deadline_date, cast(cast(dispute.opened_at as date) + books.dispute_days * interval 1 day as date)
  ) as deadline_date,
  dispute.decided_at,
  dispute.decided_by,
  dispute.decision,
  dispute.adjustment_id,
  adjustment.amount as effect_amount,
  adjustment.period as effect_period,
  dispute._load,
  dispute._line
from staging.commission_dispute as dispute
cross join core.parameter as parameter
cross join policy.commission_books as books
left join core.dim_employee as employee on dispute.employee_id = employee.employee_id
left join staging.commission_adjustment as adjustment on dispute.adjustment_id = adjustment.adjustment_id
where dispute.opened_at < parameter.as_of_end
