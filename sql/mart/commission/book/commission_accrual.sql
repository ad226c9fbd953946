-- table: mart.commission_accrual
-- grain: one row per month
-- key:   period
-- why:   the expense of a month is what was earned in it; the liability at its end is what was earned and
--        not yet paid. Both stand beside the general ledger, which knows the same month
with earned as (
  select
    posted_period as period,
    sum(amount) as amount
  from commission.booked_line
  where ledger = 'earned'
  group by posted_period
),

-- an advance is paid before it is earned
paid as (
  select
    strftime(coalesce(credit_date, cast(concat(period, '-01') as date)), '%Y-%m') as period,
    sum(amount) as amount
  from commission.booked_line
  where ledger = 'paid'
  group by strftime(coalesce(credit_date, cast(concat(period, '-01') as date)), '%Y-%m')
),

month as (
  select period from earned
  union
  select period from paid
),

running as (
  select
    month.period,
    coalesce(earned.amount, 0) as expense,
    coalesce(paid.amount, 0) as paid,
    sum(coalesce(earned.amount, 0) - coalesce(paid.amount, 0)) over (
      order by month.period rows between unbounded preceding and current row
    ) as liability
  from month
  left join earned on month.period = earned.period
  left join paid on month.period = paid.period
),

ledger as (
  select
    strftime(period_end, '%Y-%m') as period,
    max(case when account = 'commission_expense' then balance end) as expense,
    max(case when account = 'commission_payable' then balance end) as liability
  from staging.gl_balance
  cross join core.parameter as parameter
  where
    account in ('commission_expense', 'commission_payable')
    and period_end <= parameter.as_of_date
    -- a balance within a month is none of its end
    and cast(period_end + interval 1 day as date)
    = cast(date_trunc('month', period_end + interval 1 day) as date)
  group by strftime(period_end, '%Y-%m')
)

select
  running.period,
  cast(running.expense as decimal(18, 4)) as expense,
  cast(running.paid as decimal(18, 4)) as paid,
  cast(running.liability as decimal(18, 4)) as liability,
  cast(ledger.expense as decimal(18, 4)) as gl_expense,
  cast(ledger.liability as decimal(18, 4)) as gl_liability
from running
left join ledger on running.period = ledger.period
