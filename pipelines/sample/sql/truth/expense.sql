-- grain: one row per expense claim
-- why:   travel, hospitality and the like, monthly by person; dearer before quarter end
with claim as (
  select
    employee.employee_no,
    employee.role,
    month.first_day,
    month.month_no,
    kind.no as kind_no,
    kind.name as category,
    kind.typical,
    (employee.employee_no * 100 + month.month_no) * 4 + kind.no as expense_key
  from employee
  cross join month
  cross join (
    values (0, '差旅费', 2600), (1, '业务招待费', 1500), (2, '办公及通讯', 320), (3, '市场物料', 900)
  ) as kind (no, name, typical)
  where
    month.first_day >= date '2024-11-01' and month.first_day <= getvariable('last_day')
    and employee.role in ('rep', 'team_lead', 'region_manager', 'presales', 'director')
    and chance('claims', (employee.employee_no * 100 + month.month_no) * 4 + kind.no)
    < [0.82, 0.55, 0.16, 0.08][kind.no + 1]
),

dated as (
  select
    *,
    first_day + roll('expense day', expense_key, 28)::int as expense_date,
    (typical * (35 + wait('expense', expense_key) * 65))::bigint
    * case when month(first_day) % 3 = 0 then 118 else 100 end // 100 as amount_cents
  from claim
)

select
  dated.*,
  assignment.unit_id,
  row_number() over (order by dated.expense_date, dated.expense_key)::bigint as expense_no
from dated
inner join assignment
  on
    dated.employee_no = assignment.employee_no
    and dated.expense_date >= assignment.valid_from
    and dated.expense_date <= coalesce(assignment.valid_to, date '9999-12-31')
where dated.expense_date <= getvariable('last_day') and dated.amount_cents >= 1000
