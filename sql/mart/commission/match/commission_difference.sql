-- table: mart.commission_difference
-- grain: one row per month, kind of comparison and key that differ
-- key:   period, kind, key, reason_code
-- why:   base against the ERP, statement against payroll, accrual against the general ledger, and every
--        deal from won to paid: each difference is listed with a reason, and what no rule explains
--        stands as unexplained until a named person accepts it
with books as (
  select
    books.tolerance,
    strftime(parameter.as_of_date, '%Y-%m') as month
  from policy.commission_books as books
  cross join core.parameter as parameter
),

last_run as (
  select max(period) as period
  from mart.commission_line
  where ledger = 'paid'
),

-- what payroll may have paid outside the run: manual adjustments of the month
manual as (
  select
    payee_id,
    posted_period as period,
    sum(amount) as amount
  from mart.commission_line
  where ledger = 'payable' and source_kind = 'adjustment'
  group by payee_id, posted_period
),

-- payroll names the month it pays, whenever it comes
paid as (
  select
    payee_id,
    period,
    sum(amount) as amount
  from mart.commission_line
  where ledger = 'paid'
  group by payee_id, period
),

owed as (
  select
    coalesce(statement.payee_id, paid.payee_id) as payee_id,
    coalesce(statement.period, paid.period) as period,
    coalesce(statement.payable, 0) as payable,
    coalesce(paid.amount, 0) as paid
  from mart.commission_statement as statement
  full outer join paid on statement.payee_id = paid.payee_id and statement.period = paid.period
),

to_payroll as (
  select
    owed.period,
    'statement_to_payroll' as kind,
    owed.payee_id as key,
    owed.payable as expected,
    owed.paid as actual,
    owed.paid - owed.payable as difference,
    case
      when last_run.period is null or owed.period > last_run.period then 'timing'
      when abs(owed.paid - owed.payable) <= books.tolerance then 'rounding'
      when owed.paid = 0 and owed.payable <> 0 then 'missing'
      when owed.payable <> 0 and owed.paid = 2 * owed.payable then 'duplicate'
      when manual.amount is not null and owed.payable - owed.paid = manual.amount then 'manual'
      when employee.leave_date is not null and strftime(employee.leave_date, '%Y-%m') < owed.period
        then 'paid_after_leaving'
      else 'unexplained'
    end as reason_code
  from owed
  cross join last_run
  cross join books
  left join staging.employee as employee on owed.payee_id = employee.employee_id
  left join manual on owed.payee_id = manual.payee_id and owed.period = manual.period
  where owed.paid <> owed.payable and owed.payee_id not like 'pool:%'
),

-- from the ERP's receipts to the base: what was collected and is no credit, by reason
to_erp as (
  select
    base.period,
    'base_to_erp' as kind,
    part.reason_code as key,
    base.collected as expected,
    base.credit as actual,
    case part.reason_code
      when 'tax' then -base.vat
      when 'without_plan' then -base.without_plan
      when 'split' then -base.shares_without_plan
      else base.credit - (base.collected - base.vat - base.without_plan - base.shares_without_plan)
    end as difference,
    part.reason_code
  from mart.commission_base as base
  cross join (
    select 'tax' as reason_code
    union all
    select 'without_plan' as reason_code
    union all
    select 'split' as reason_code
    union all
    select 'unexplained' as reason_code
  ) as part
),

to_ledger as (
  select
    accrual.period,
    'accrual_to_ledger' as kind,
    account.account as key,
    case when account.account = 'commission_expense' then accrual.expense else accrual.liability end
      as expected,
    case when account.account = 'commission_expense' then accrual.gl_expense else accrual.gl_liability end
      as actual
  from mart.commission_accrual as accrual
  cross join (
    select 'commission_expense' as account
    union all
    select 'commission_payable' as account
  ) as account
),

to_ledger_explained as (
  select
    to_ledger.period,
    to_ledger.kind,
    to_ledger.key,
    to_ledger.expected,
    to_ledger.actual,
    to_ledger.actual - to_ledger.expected as difference,
    case
      when abs(to_ledger.actual - to_ledger.expected) <= books.tolerance then 'rounding'
      when to_ledger.period >= books.month then 'timing'
      else 'unexplained'
    end as reason_code
  from to_ledger
  cross join books
  where to_ledger.actual is not null and to_ledger.actual <> to_ledger.expected
),

difference as (
  select
    to_payroll.period,
    to_payroll.kind,
    to_payroll.key,
    to_payroll.expected,
    to_payroll.actual,
    to_payroll.difference,
    to_payroll.reason_code
  from to_payroll
  union all
  select
    to_erp.period,
    to_erp.kind,
    to_erp.key,
    to_erp.expected,
    to_erp.actual,
    to_erp.difference,
    to_erp.reason_code
  from to_erp
  where to_erp.difference <> 0
  union all
  select
    to_ledger_explained.period,
    to_ledger_explained.kind,
    to_ledger_explained.key,
    to_ledger_explained.expected,
    to_ledger_explained.actual,
    to_ledger_explained.difference,
    to_ledger_explained.reason_code
  from to_ledger_explained
  union all
  select
    step.period,
    step.kind,
    step.key,
    step.expected,
    step.actual,
    step.actual - step.expected as difference,
    step.reason_code
  from commission.deal_step as step
),

-- an acceptance names the amount it accepts, or any amount of that month and key
accepted as (
  select
    period,
    key,
    amount,
    min(approval_id) as approval_id,
    min(approved_by) as approved_by
  from mart.commission_approval
  where kind = 'difference' and is_valid
  group by period, key, amount
),

judged as (
  select
    difference.period,
    difference.kind,
    difference.key,
    difference.expected,
    difference.actual,
    difference.difference,
    difference.reason_code,
    coalesce(exact.approval_id, blanket.approval_id) as approval_id,
    coalesce(exact.approved_by, blanket.approved_by) as approved_by
  from difference
  left join accepted as exact
    on
      difference.period = exact.period
      and difference.key = exact.key
      and difference.difference = exact.amount
  left join (
    select accepted.*
    from accepted
    where accepted.amount is null
  ) as blanket on difference.period = blanket.period and difference.key = blanket.key
)

select
  period,
  kind,
  key,
  cast(expected as decimal(18, 4)) as expected,
  cast(actual as decimal(18, 4)) as actual,
  cast(difference as decimal(18, 4)) as difference,
  reason_code,
  approval_id,
  approved_by,
  reason_code = 'unexplained' and approval_id is null as is_unexplained
from judged
