-- grain: one row per dispute
-- why:   one that was accepted and corrected, one that was rejected, one still open this month
with adjusted as (
  select
    employee_no,
    adjustment_id
  from commission_adjustment
  where adjustment_id = 'ADJ-0006'
),

rep as (
  select
    employee_no,
    row_number() over (order by draw('disputes', employee_no), employee_no) as place
  from employee
  where role = 'rep' and leave_date is null and joined_date is null
)

select
  entry.dispute_id,
  coalesce(adjusted.employee_no, rep.employee_no) as employee_no,
  entry.period,
  entry.status,
  entry.reason,
  entry.claimed_cents,
  entry.opened_at::timestamp as opened_at,
  entry.decided_at::timestamp as decided_at,
  case
    when entry.decided_at is not null
      then
        (
          select employee_no from employee
          where role = 'director'
        )
  end as decided_by_no,
  entry.decision,
  adjusted.adjustment_id
from (
  values
  (
    1, 'DSP-0001', '2026-07', 'accepted', '分成比例录入错误，应为 60:40', 46350, '2026-08-18 10:12:00',
    '2026-08-24 16:30:00', '比例属实，2026-08 补差', true
  ),
  (
    2, 'DSP-0002', '2026-09', 'rejected', '认为逾期扣减天数计算有误', 38000, '2026-10-19 09:40:00',
    '2026-10-23 11:05:00', '按到期日与到账日核对无误，维持扣减', false
  ),
  (3, 'DSP-0003', '2026-11', 'open', '11 月首笔回款未见基数', 92000, '2026-11-12 14:20:00', null, null, false)
)
  as entry (
    no, dispute_id, period, status, reason, claimed_cents, opened_at, decided_at, decision, is_adjusted
  )
inner join rep on entry.no = rep.place
left join adjusted on entry.is_adjusted
