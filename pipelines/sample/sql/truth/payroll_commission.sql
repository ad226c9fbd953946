-- grain: one row per person and month paid
-- why:   what payroll paid, with five planted deviations from the plan
with payable as (
  select
    commission_month.*,
    employee.leave_date,
    row_number() over (order by commission_month.month_start, commission_month.employee_no) as place
  from commission_month
  inner join employee on commission_month.employee_no = employee.employee_no
  where commission_month.month_start <= date '2026-10-01' and commission_month.commission_cents <> 0
),

planted as (
  -- one candidate of each kind, drawn from the last months
  select
    kind,
    employee_no,
    period
  from (
    select
      kind.kind,
      payable.employee_no,
      payable.period,
      row_number() over (
        partition by kind.kind
        order by
          draw('planted ' || kind.kind, payable.employee_no * 100 + month(payable.month_start)),
          payable.employee_no
      ) as place
    from payable
    inner join (
      values
      ('missing_month', date '2026-06-01'), ('short_by_100', date '2026-07-01'),
      ('paid_twice', date '2026-08-01'), ('one_cent_off', date '2026-10-01')
    ) as kind (kind, month_start) on payable.month_start = kind.month_start
    where payable.commission_cents > 20000 and payable.leave_date is null
  ) as drawn
  where place = 1
),

paid as (
  select
    payable.employee_no,
    payable.period,
    payable.month_start,
    payable.commission_cents,
    planted.kind,
    case planted.kind
      when 'short_by_100' then payable.commission_cents - 10000
      when 'paid_twice' then payable.commission_cents * 2
      when 'one_cent_off' then payable.commission_cents + 1
      else payable.commission_cents
    end as paid_cents
  from payable
  left join planted
    on payable.employee_no = planted.employee_no and payable.period = planted.period
),

leaver as (
  -- planted: one person who left is paid for a month that began after that
  select
    employee_no,
    strftime(date_trunc('month', leave_date) + interval 1 month, '%Y-%m') as period,
    (date_trunc('month', leave_date) + interval 1 month)::date as month_start,
    0 as commission_cents,
    'leaver_paid' as kind,
    165000 + roll('leaver pay', employee_no, 90000) as paid_cents
  from employee
  where role = 'rep' and leave_date < date '2026-09-01'
  order by leave_date desc, employee_no asc
  limit 1
)

select
  *,
  (month_start + interval 1 month)::date + 14 as paid_date,
  'GZ' || strftime(month_start, '%Y%m') || '-' || employee_id(employee_no) as reference
from (
  from paid
  union all
  from leaver
) as every_row
