-- grain: one row per target agreed with a person
-- why:   two people agreed on a target of their own; that of one was lowered in the middle of the quarter
with rep as (
  select
    employee.employee_no,
    assignment.manager_no,
    row_number() over (order by draw('agreed', employee.employee_no), employee.employee_no) as place
  from employee
  inner join assignment on employee.employee_no = assignment.employee_no
  where
    employee.role = 'rep'
    and employee.leave_date is null
    and employee.joined_date is null
    and assignment.role = 'rep'
    and assignment.valid_to is null
    and assignment.manager_no is not null
)

select
  rep.employee_no,
  entry.period,
  entry.indicator,
  entry.target_cents::bigint as target_cents,
  entry.agreed_at::timestamp as agreed_at,
  rep.manager_no as agreed_by_no
from (
  values
  (1, '2026-Q3', 'contract_amount', 60000000, '2026-06-29 10:30:00'),
  (2, '2026-Q3', 'contract_amount', 55000000, '2026-06-30 16:00:00'),
  (2, '2026-Q3', 'contract_amount', 42000000, '2026-08-17 09:15:00')
) as entry (no, period, indicator, target_cents, agreed_at)
inner join rep on entry.no = rep.place
