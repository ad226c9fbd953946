-- table: mart.commission_difference
-- grain: one row per month, kind of comparison and payee that differ
-- key:   period, kind, key
-- why:   statement against payroll: every difference is listed with a reason, and what no rule
--        explains stands as unexplained
with last_run as (
  select max(period) as period from staging.payroll_commission as payroll
  cross join core.parameter as parameter
  where payroll.paid_date is null or payroll.paid_date <= parameter.as_of_date
),

compared as (
  select
    statement.period,
    statement.payee_id,
    statement.payable,
    statement.paid,
    statement.paid - statement.payable as difference,
    employee.leave_date,
    last_run.period as last_payroll_period
  from mart.commission_statement as statement
  cross join last_run
  left join staging.employee as employee on statement.payee_id = employee.employee_id
)

select
  period,
  'statement_to_payroll' as kind,
  payee_id as key,
  payable as expected,
  paid as actual,
  difference,
  case
    when last_payroll_period is null or period > last_payroll_period then 'timing'
    when paid = 0 and payable <> 0 then 'missing'
    when payable <> 0 and paid = 2 * payable then 'duplicate'
    when abs(difference) <= cast(0.05 as decimal(3, 2)) then 'rounding'
    when leave_date is not null and strftime(leave_date, '%Y-%m') < period then 'paid_after_leaving'
    else 'unexplained'
  end as reason_code
from compared
where difference <> 0
