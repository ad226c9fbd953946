-- table: commission.standing
-- grain: one row per employee whose role has a commission plan with tiers at the end of a month, or on
--        the day of the report; the last thirteen months
-- key:   employee_id, period
-- why:   where a payee stands, for their page: also without any credit yet, which
--        commission.account_month does not know. Credit and commission of the quota period so far, and
--        the quota they are measured by, of the component whose tiers a payee looks at
with month as (
  select
    strftime(period.period_start, '%Y-%m') as period,
    period.data_end
  from core.period as period
  cross join core.parameter as parameter
  where
    period.period_kind = 'month'
    and period.period_start > cast(parameter.as_of_date - interval 13 month as date)
),

tiered as (
  select
    plan_id,
    plan_version,
    component_id,
    count(*) as tiers
  from policy.commission_tier
  group by plan_id, plan_version, component_id
),

component as (
  -- the component whose tiers a payee looks at: the first by attainment on sales of their own, else the
  -- first by attainment of those they lead, or by amount. A flat rate is one tier and leads nowhere, and
  -- where each transaction begins anew there is no position
  select
    component.plan_id,
    component.plan_version,
    component.component_id,
    component.quota_measure,
    component.quota_period,
    component.rate_by,
    component.rate_mode,
    component.base_rate_pct,
    component.without_quota_rate_pct,
    component.credit_base = 'units' as is_of_units
  from policy.commission_component as component
  inner join tiered
    on
      component.plan_id = tiered.plan_id
      and component.plan_version = tiered.plan_version
      and component.component_id = tiered.component_id
  where
    component.rate_kind = 'tiers' and component.credit_to <> 'pool'
    and case
      when component.rate_by = 'amount' then tiered.tiers > 1 and not component.is_per_transaction
      when component.credit_to = 'managers'
        then component.quota_measure is not null and not component.is_per_transaction
      else component.quota_measure is not null
    end
  qualify row_number() over (
    partition by component.plan_id, component.plan_version
    order by
      case when component.rate_by = 'attainment' and component.credit_to <> 'managers' then 0 else 1 end asc,
      component.component_no asc
  ) = 1
),

payee as (
  select
    plan_span.employee_id,
    month.period,
    plan_span.plan_id,
    plan_span.plan_version,
    component.component_id,
    component.quota_measure,
    component.quota_period,
    component.rate_by,
    component.rate_mode,
    component.base_rate_pct,
    component.without_quota_rate_pct,
    component.is_of_units,
    plan_span.quota_scope_kind,
    plan_span.quota_scope_id,
    plan_span.counted_from,
    greatest(period.period_start, plan_span.quota_from) as quota_from,
    least(period.period_end, plan_span.quota_to) as quota_to,
    period.period_start as quota_start,
    account.account_no,
    account.quota
  from commission.payee_component_span as plan_span
  inner join month on plan_span.valid_from <= month.data_end and plan_span.valid_to >= month.data_end
  inner join component
    on
      plan_span.plan_id = component.plan_id
      and plan_span.plan_version = component.plan_version
      and plan_span.component_id = component.component_id
  inner join core.period as period
    on
      component.quota_period = period.period_kind
      and month.data_end >= period.period_start
      and month.data_end <= period.period_end
  left join commission.account as account
    on
      plan_span.employee_id = account.payee_id
      and plan_span.plan_id = account.plan_id
      and plan_span.plan_version = account.plan_version
      and plan_span.component_id = account.component_id
      and period.period_start = account.quota_start
      and plan_span.counted_from = account.counted_from
),

-- who has no credit in the period has no account yet, and will be measured by the unit they are in
measured as (
  select distinct
    quota_scope_kind,
    quota_scope_id,
    quota_measure,
    quota_from,
    quota_to
  from payee
  where account_no is null
),

quota as (
  select
    measured.quota_scope_kind,
    measured.quota_scope_id,
    measured.quota_measure,
    measured.quota_from,
    measured.quota_to,
    sum(quota.amount) as quota
  from measured
  inner join core.quota_day as quota
    on
      measured.quota_scope_kind = quota.scope_kind
      and measured.quota_scope_id = quota.scope_id
      and measured.quota_measure = quota.measure
      and quota.calendar_date between measured.quota_from and measured.quota_to
  group by
    measured.quota_scope_kind, measured.quota_scope_id, measured.quota_measure, measured.quota_from,
    measured.quota_to
  having sum(quota.amount) > 0
),

-- all versions whose credit counts into the position
line as (
  select
    payee_id,
    component_id,
    quota_start,
    counted_from,
    period,
    sum(credit_amount) as credit,
    sum(amount) as earned
  from commission.credit_earning
  group by payee_id, component_id, quota_start, counted_from, period
),

earned as (
  select
    payee.employee_id,
    payee.period,
    sum(line.credit) as credit,
    sum(line.earned) as earned,
    sum(case when line.period = payee.period then line.credit else 0 end) as month_credit,
    sum(case when line.period = payee.period then line.earned else 0 end) as month_earned
  from payee
  inner join line
    on
      payee.employee_id = line.payee_id
      and payee.component_id = line.component_id
      and payee.quota_start = line.quota_start
      and payee.counted_from = line.counted_from
      and payee.period >= line.period
  group by payee.employee_id, payee.period
)

select
  payee.employee_id,
  payee.period,
  payee.plan_id,
  payee.plan_version,
  payee.component_id,
  payee.quota_period,
  payee.quota_start,
  payee.rate_by,
  payee.rate_mode,
  payee.base_rate_pct,
  payee.without_quota_rate_pct,
  payee.is_of_units,
  cast(
    case when payee.account_no is null then quota.quota else payee.quota end as decimal(18, 4)
  ) as quota,
  cast(coalesce(earned.credit, 0) as decimal(18, 4)) as credit,
  cast(coalesce(earned.earned, 0) as decimal(18, 4)) as earned,
  cast(coalesce(earned.month_credit, 0) as decimal(18, 4)) as month_credit,
  cast(coalesce(earned.month_earned, 0) as decimal(18, 4)) as month_earned
from payee
left join quota
  on
    payee.quota_scope_kind = quota.quota_scope_kind
    and payee.quota_scope_id = quota.quota_scope_id
    and payee.quota_measure = quota.quota_measure
    and payee.quota_from = quota.quota_from
    and payee.quota_to = quota.quota_to
left join earned on payee.employee_id = earned.employee_id and payee.period = earned.period
