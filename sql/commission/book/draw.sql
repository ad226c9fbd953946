-- table: commission.draw
-- grain: one row per payee and whole month in which a plan with a draw is in force for them
-- key:   payee_id, period
-- why:   a draw lifts the month to a minimum. What was advanced is owed, and taken back from what is
--        earned above the minimum once recovery begins; a guaranteed minimum is not owed. The balance
--        is a running sum above its own minimum: balance = max(0, balance before + drawn - recoverable)
with plan as (
  select
    plan_id,
    plan_version,
    valid_from,
    draw_monthly,
    draw_months,
    draw_for,
    is_draw_recoverable,
    draw_recover_from,
    draw_recover_pct
  from policy.commission_plan
  where draw_monthly is not null
),

-- the plan of the last day of a month on which one was in force
month as (
  select
    span.employee_id as payee_id,
    span.plan_id,
    span.plan_version,
    calendar.month_start,
    strftime(calendar.month_start, '%Y-%m') as period,
    case
      when plan.draw_for = 'everyone' then cast(date_trunc('month', plan.valid_from) as date)
      else cast(date_trunc('month', employee.hire_date) as date)
    end as first_month,
    plan.draw_for,
    plan.valid_from,
    plan.draw_monthly,
    plan.draw_months,
    plan.is_draw_recoverable,
    plan.draw_recover_from,
    plan.draw_recover_pct,
    employee.hire_date
  from commission.payee_plan_span as span
  inner join plan on span.plan_id = plan.plan_id and span.plan_version = plan.plan_version
  inner join core.calendar as calendar
    on
      calendar.calendar_date = calendar.month_start
      and span.valid_from < calendar.month_start + interval 1 month
      and span.valid_to >= calendar.month_start
  inner join staging.employee as employee on span.employee_id = employee.employee_id
  cross join core.parameter as parameter
  where
    calendar.month_start + interval 1 month - interval 1 day <= parameter.as_of_date
    and (plan.draw_for = 'everyone' or employee.hire_date >= plan.valid_from)
  qualify row_number() over (
    partition by span.employee_id, calendar.month_start order by span.valid_from desc
  ) = 1
),

earned as (
  select
    entry.payee_id,
    entry.period,
    sum(entry.amount) as amount
  from commission.earned as entry
  inner join month on entry.payee_id = month.payee_id and entry.period = month.period
  where entry.source_kind <> 'adjustment'
  group by entry.payee_id, entry.period
),

numbered as (
  select
    month.payee_id,
    month.plan_id,
    month.plan_version,
    month.month_start,
    month.period,
    month.is_draw_recoverable,
    month.draw_monthly,
    month.draw_recover_pct,
    month.draw_recover_from,
    coalesce(earned.amount, 0) as earned,
    date_diff('month', month.first_month, month.month_start) + 1 as month_no,
    month.draw_months
  from month
  left join earned on month.payee_id = earned.payee_id and month.period = earned.period
),

moved as (
  select
    numbered.*,
    case
      when
        numbered.month_no <= coalesce(numbered.draw_months, numbered.month_no)
        then greatest(numbered.draw_monthly - numbered.earned, 0)
      else 0
    end as drawn,
    case
      when numbered.is_draw_recoverable and numbered.month_no >= numbered.draw_recover_from
        then
          round(
            cast(greatest(numbered.earned - numbered.draw_monthly, 0) as decimal(20, 4))
            * numbered.draw_recover_pct
            * cast(0.01 as decimal(3, 2)), 2
          )
      else 0
    end as recoverable
  from numbered
),

summed as (
  select
    moved.*,
    sum(case when moved.is_draw_recoverable then moved.drawn else 0 end - moved.recoverable)
      over so_far
      as total
  from moved
  window so_far as (
    partition by payee_id order by month_start rows between unbounded preceding and current row
  )
),

balanced as (
  select
    summed.*,
    summed.total - least(min(summed.total) over so_far, 0) as balance
  from summed
  window so_far as (
    partition by payee_id order by month_start rows between unbounded preceding and current row
  )
)

select
  payee_id,
  period,
  month_start,
  plan_id,
  plan_version,
  cast(month_no as integer) as month_no,
  is_draw_recoverable,
  cast(draw_monthly as decimal(18, 4)) as minimum,
  cast(earned as decimal(18, 4)) as earned,
  cast(drawn as decimal(18, 4)) as drawn,
  cast(
    coalesce(lag(balance) over by_month, 0) + case when is_draw_recoverable then drawn else 0 end - balance
    as decimal(18, 4)
  ) as recovered,
  cast(balance as decimal(18, 4)) as balance
from balanced
window by_month as (partition by payee_id order by month_start)
