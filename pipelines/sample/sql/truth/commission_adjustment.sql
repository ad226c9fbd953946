-- grain: one row per adjustment
-- why:   SPIFFs and corrections with approver and reason
with rep as (
  select
    employee_no,
    row_number() over (order by draw('adjusted', employee_no), employee_no) as place
  from employee
  where role = 'rep' and leave_date is null and joined_date is null
)

select
  'ADJ-' || lpad(entry.no::varchar, 4, '0') as adjustment_id,
  rep.employee_no,
  entry.period,
  entry.amount_cents,
  entry.kind,
  entry.reason,
  (
    select employee_no from employee
    where role = 'director'
  ) as approved_by_no
from (
  values
  (1, '2025-06', 200000, 'spiff', '重点产品 HY-R 首单奖励'),
  (2, '2025-09', 150000, 'spiff', '三季度新客户冲刺奖第二名'),
  (3, '2025-12', 300000, 'spiff', '四季度新客户冲刺奖第一名'),
  (4, '2026-03', -85000, 'correction', '2026-02 重复计提，冲回'),
  (5, '2026-06', 120000, 'spiff', '机器人工作站专项奖励'),
  (6, '2026-08', 46350, 'correction', '2026-07 分成比例录入错误，补差'),
  (7, '2026-10', 200000, 'spiff', '重点产品 HY-C 专项奖励'),
  (8, '2026-10', -31200, 'correction', '2026-09 票据退票对应提成冲回')
) as entry (no, period, amount_cents, kind, reason)
inner join rep on entry.no = rep.place
