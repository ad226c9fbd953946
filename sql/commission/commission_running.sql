-- table: core.commission_running
-- grain: one row per credit that is paid by a position
-- key:   credit_id
-- why:   a running position places each credit in its quota period: money that came back moves it back
--        in the period of what it takes back, after everything else of that period; a rate per
--        transaction begins anew with each credit
with credit as (
  select
    credit_id,
    event_date,
    payee_id,
    plan_id,
    plan_version,
    component_id,
    quota_start,
    month_start,
    rate_kind,
    is_per_transaction,
    full_amount,
    credit_amount
  from core.fct_credit
  where not is_at_original_rate
),

measured as (
  select
    payee_id,
    plan_id,
    plan_version,
    component_id,
    quota_start,
    quota_period,
    quota_measure,
    quota_scope_kind,
    quota_scope_id,
    max(event_date) as last_date
  from core.fct_credit
  where quota_measure is not null and not is_at_original_rate
  group by
    payee_id, plan_id, plan_version, component_id, quota_start, quota_period, quota_measure,
    quota_scope_kind, quota_scope_id
),

-- who changes unit within a quota period is measured by the unit of the last credit
period as (
  select measured.*
  from measured
  qualify row_number() over (
    partition by
      measured.payee_id, measured.plan_id, measured.plan_version, measured.component_id, measured.quota_start
    order by measured.last_date desc, measured.quota_scope_kind asc, measured.quota_scope_id asc
  ) = 1
),

quota as (
  select
    period.payee_id,
    period.plan_id,
    period.plan_version,
    period.component_id,
    period.quota_start,
    sum(day.amount) as quota
  from period
  inner join core.quota_day as day
    on
      period.quota_scope_kind = day.scope_kind
      and period.quota_scope_id = day.scope_id
      and period.quota_measure = day.measure
      and period.quota_start <= day.calendar_date
      and day.calendar_date < case period.quota_period
        when 'month' then period.quota_start + interval 1 month
        when 'quarter' then period.quota_start + interval 3 month
        else period.quota_start + interval 12 month
      end
  group by
    period.payee_id, period.plan_id, period.plan_version, period.component_id, period.quota_start
  having sum(day.amount) > 0
)

select
  credit.credit_id,
  credit.event_date,
  credit.payee_id,
  credit.plan_id,
  credit.plan_version,
  credit.component_id,
  credit.quota_start,
  credit.month_start,
  credit.rate_kind,
  cast(quota.quota as decimal(18, 4)) as quota,
  credit.full_amount,
  credit.credit_amount,
  case
    when credit.is_per_transaction then credit.credit_amount
    else
      cast(sum(credit.credit_amount) over (
        partition by
          credit.payee_id, credit.plan_id, credit.plan_version, credit.component_id, credit.quota_start
        order by credit.event_date, credit.credit_id
        rows between unbounded preceding and current row
      ) as decimal(18, 4))
  end as position_to
from credit
left join quota
  on
    credit.payee_id = quota.payee_id
    and credit.plan_id = quota.plan_id
    and credit.plan_version = quota.plan_version
    and credit.component_id = quota.component_id
    and credit.quota_start = quota.quota_start
