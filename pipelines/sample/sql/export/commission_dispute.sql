-- grain: one row per dispute, as HR prints it
-- why:   hr/commission_dispute.csv
select
  dispute_id,
  employee_id(employee_no) as employee_id,
  period,
  status,
  reason,
  yuan_text(claimed_cents) as claimed_amount,
  strftime(opened_at, '%Y-%m-%d %H:%M:%S') as opened_at,
  employee_id(employee_no) as opened_by,
  strftime(decided_at, '%Y-%m-%d %H:%M:%S') as decided_at,
  case when decided_by_no is not null then employee_id(decided_by_no) end as decided_by,
  decision,
  adjustment_id,
  row_number() over (order by dispute_id)::bigint as _key,
  row_number() over (order by dispute_id)::bigint as _order,
  null::date as _date,
  claimed_cents as _cents
from commission_dispute
