-- grain: one row per appeal
-- why:   one that was accepted and led to the decision of appraisal_change, one that was rejected, and one
--        that still waits for its answer
with accepted as (
  select employee_no
  from appraisal_change
  where field = 'score'
),

rep as (
  select
    employee_no,
    row_number() over (order by draw('appeals', employee_no), employee_no) as place
  from employee
  where
    role = 'rep' and leave_date is null and joined_date is null
    and employee_no not in (select employee_no from appraisal_change)
)

select
  entry.appeal_id,
  coalesce(accepted.employee_no, rep.employee_no) as employee_no,
  entry.period,
  entry.indicator,
  entry.status,
  entry.reason,
  entry.opened_at::timestamp as opened_at,
  entry.decided_at::timestamp as decided_at,
  case
    when entry.decided_at is not null
      then
        (
          select min(employee_no) from employee
          where role = 'hr'
        )
  end as decided_by_no,
  entry.decision
from (
  values
  (
    0, 'SS-2026-001', '2026-Q2', null, 'accepted', '产假期间指标应按在岗天数折算', '2026-07-17 09:30:00',
    '2026-07-21 10:05:00', '情况属实，按在岗天数折算', true
  ),
  (
    1, 'SS-2026-002', '2026-Q3', 'collections', 'rejected', '客户 9 月 30 日付款，次日才到账', '2026-10-19 14:10:00',
    '2026-10-23 16:00:00', '以到账日为准，维持原结果', false
  ),
  (
    2, 'SS-2026-003', '2026-Q3', 'visits', 'open', '展会期间的拜访未录入，请补计', '2026-10-23 11:25:00',
    null, null, false
  )
)
  as entry (
    no, appeal_id, period, indicator, status, reason, opened_at, decided_at, decision, is_accepted
  )
left join rep on entry.no = rep.place
left join accepted on entry.is_accepted
