-- table: commission.account
-- grain: one row per payee, plan component, quota period and day from which its position counts, with
--        credit that is paid by a position
-- key:   payee_id, plan_id, plan_version, component_id, quota_start, counted_from
-- why:   what a position is counted in: payee, component and quota period, with the quota. A short number
--        orders and joins a million credits in a fraction of the time that five texts take. Accounts of
--        one position_no are one position under several versions (commission.payee_component_span says
--        where it counts on): credit of the one moves the others, against the quota they share, and each
--        pays by its own tiers
with measured as (
  select
    payee_id,
    plan_id,
    plan_version,
    component_id,
    quota_start,
    counted_from,
    quota_period,
    quota_measure,
    quota_scope_kind,
    quota_scope_id,
    rate_kind,
    is_per_transaction,
    max(event_date) as last_date
  from core.fct_credit
  where not is_at_original_rate
  group by
    payee_id, plan_id, plan_version, component_id, quota_start, counted_from, quota_period, quota_measure,
    quota_scope_kind, quota_scope_id, rate_kind, is_per_transaction
),

-- a pool has one position for each plan that feeds it
positioned as (
  select
    measured.*,
    case when measured.payee_id like 'pool:%' then measured.plan_id end as pool_plan_id
  from measured
),

-- who changes unit within a quota period is measured by the unit of the last credit
scoped as (
  select
    payee_id,
    component_id,
    quota_start,
    counted_from,
    pool_plan_id,
    quota_period,
    quota_measure,
    quota_scope_kind,
    quota_scope_id,
    dense_rank() over (
      order by payee_id, component_id, quota_start, counted_from, pool_plan_id
    ) as position_no
  from positioned
  qualify row_number() over (
    partition by payee_id, component_id, quota_start, counted_from, pool_plan_id
    order by last_date desc, quota_scope_kind asc, quota_scope_id asc
  ) = 1
),

own as (
  select distinct
    payee_id,
    plan_id,
    plan_version,
    component_id,
    quota_start,
    counted_from,
    pool_plan_id,
    rate_kind,
    is_per_transaction
  from positioned
),

split as (
  select distinct
    employee_id,
    component_id,
    counted_from,
    quota_from,
    quota_to
  from commission.payee_component_span
),

quota as (
  select
    scoped.position_no,
    sum(day.amount) as quota
  from scoped
  left join split
    on
      scoped.payee_id = split.employee_id
      and scoped.component_id = split.component_id
      and scoped.counted_from = split.counted_from
  inner join core.quota_day as day
    on
      scoped.quota_scope_kind = day.scope_kind
      and scoped.quota_scope_id = day.scope_id
      and scoped.quota_measure = day.measure
      and scoped.quota_start <= day.calendar_date
      and day.calendar_date < case scoped.quota_period
        when 'month' then scoped.quota_start + interval 1 month
        when 'quarter' then scoped.quota_start + interval 3 month
        else scoped.quota_start + interval 12 month
      end
      and coalesce(split.quota_from, date '0001-01-01') <= day.calendar_date
      and coalesce(split.quota_to, date '9999-12-31') >= day.calendar_date
  group by scoped.position_no
  having sum(day.amount) > 0
)

select
  cast(
    row_number() over (
      order by
        own.payee_id, own.plan_id, own.plan_version, own.component_id, own.quota_start, own.counted_from
    ) as integer
  ) as account_no,
  cast(scoped.position_no as integer) as position_no,
  own.payee_id,
  own.plan_id,
  own.plan_version,
  own.component_id,
  own.quota_start,
  own.counted_from,
  own.rate_kind,
  coalesce(component.rate_mode, 'marginal') as rate_mode,
  own.is_per_transaction,
  scoped.quota_measure,
  scoped.quota_scope_kind,
  scoped.quota_scope_id,
  cast(quota.quota as decimal(18, 4)) as quota
from own
inner join scoped
  on
    own.payee_id = scoped.payee_id
    and own.component_id = scoped.component_id
    and own.quota_start = scoped.quota_start
    and own.counted_from = scoped.counted_from
    and coalesce(own.pool_plan_id, '') = coalesce(scoped.pool_plan_id, '')
left join quota on scoped.position_no = quota.position_no
left join policy.commission_component as component
  on
    own.plan_id = component.plan_id
    and own.plan_version = component.plan_version
    and own.component_id = component.component_id
