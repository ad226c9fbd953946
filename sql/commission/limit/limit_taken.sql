-- table: commission.limit_taken
-- grain: one row per correction that a clawback limit, a cap or a gate makes
-- key:   limit_id
-- why:   what was earned stays visible; what a limit takes from it (or gives back later) is a line
--        beside it, with its cause
with component as (
  select
    component.plan_id,
    component.plan_version,
    component.component_id,
    component.cap_per_deal,
    component.cap_per_month,
    component.cap_carries,
    component.clawback_limit
  from policy.commission_component as component
),

event_earning as (
  select
    earning.payee_id,
    earning.plan_id,
    earning.plan_version,
    earning.component_id,
    credit.event_id,
    earning.source_kind,
    credit.source_id,
    credit.invoice_id,
    earning.credit_date,
    earning.period,
    coalesce(earning.family_id, credit.invoice_id, credit.source_id) as family_id,
    coalesce(
      credit.opportunity_id, credit.contract_id, credit.order_id, credit.invoice_id, credit.source_id
    ) as deal_id,
    component.cap_per_deal,
    component.clawback_limit,
    sum(earning.amount) as amount,
    max(credit._load) as _load,
    max(credit._line) as _line
  from commission.credit_earning as earning
  inner join core.fct_credit as credit on earning.credit_id = credit.credit_id
  inner join component
    on
      credit.plan_id = component.plan_id
      and credit.plan_version = component.plan_version
      and credit.component_id = component.component_id
  where component.cap_per_deal is not null or component.clawback_limit = 'paid'
  group by
    earning.payee_id, earning.plan_id, earning.plan_version, earning.component_id, credit.event_id,
    earning.source_kind, credit.source_id, credit.invoice_id, earning.credit_date, earning.period,
    coalesce(earning.family_id, credit.invoice_id, credit.source_id),
    coalesce(
      credit.opportunity_id, credit.contract_id, credit.order_id, credit.invoice_id, credit.source_id
    ),
    component.cap_per_deal, component.clawback_limit
),

-- what a document has earned in all never falls below nothing
family as (
  select
    event_earning.*,
    sum(event_earning.amount) over so_far as earned
  from event_earning
  where event_earning.clawback_limit = 'paid'
  window so_far as (
    partition by payee_id, plan_id, component_id, family_id order by credit_date, event_id
    rows between unbounded preceding and current row
  )
),

floored as (
  select
    family.*,
    least(min(family.earned) over so_far, 0) as lowest
  from family
  window so_far as (
    partition by payee_id, plan_id, component_id, family_id order by credit_date, event_id
    rows between unbounded preceding and current row
  )
),

clawback as (
  select
    floored.*,
    -(floored.lowest - coalesce(lag(floored.lowest) over so_far, 0)) as correction
  from floored
  window so_far as (
    partition by payee_id, plan_id, component_id, family_id order by credit_date, event_id
  )
),

deal as (
  select
    event_earning.payee_id,
    event_earning.plan_id,
    event_earning.plan_version,
    event_earning.component_id,
    event_earning.event_id,
    event_earning.source_kind,
    event_earning.source_id,
    event_earning.invoice_id,
    event_earning.credit_date,
    event_earning.period,
    event_earning.cap_per_deal,
    event_earning.amount + coalesce(clawback.correction, 0) as amount,
    sum(event_earning.amount + coalesce(clawback.correction, 0)) over (
      partition by
        event_earning.payee_id, event_earning.plan_id, event_earning.component_id, event_earning.deal_id
      order by event_earning.credit_date, event_earning.event_id
      rows between unbounded preceding and current row
    ) as earned,
    event_earning._load,
    event_earning._line
  from event_earning
  left join clawback
    on
      event_earning.payee_id = clawback.payee_id
      and event_earning.plan_id = clawback.plan_id
      and event_earning.component_id = clawback.component_id
      and event_earning.event_id = clawback.event_id
  where event_earning.cap_per_deal is not null
),

by_event as (
  select
    payee_id,
    plan_id,
    plan_version,
    component_id,
    event_id,
    source_kind,
    source_id,
    invoice_id,
    credit_date,
    period,
    'clawback_limit' as cause,
    correction as amount,
    _load,
    _line
  from clawback
  where correction <> 0
  union all
  select
    payee_id,
    plan_id,
    plan_version,
    component_id,
    event_id,
    source_kind,
    source_id,
    invoice_id,
    credit_date,
    period,
    'cap_per_deal' as cause,
    least(earned, cap_per_deal) - least(earned - amount, cap_per_deal) - amount as amount,
    _load,
    _line
  from deal
  where least(earned, cap_per_deal) - least(earned - amount, cap_per_deal) <> amount
),

month_earning as (
  select
    earned.payee_id,
    earned.plan_id,
    earned.plan_version,
    earned.component_id,
    earned.period,
    sum(earned.amount) as amount
  from (
    select
      payee_id,
      plan_id,
      plan_version,
      component_id,
      period,
      amount
    from commission.credit_earning
    union all
    select
      payee_id,
      plan_id,
      plan_version,
      component_id,
      period,
      amount
    from by_event
  ) as earned
  group by
    earned.payee_id, earned.plan_id, earned.plan_version, earned.component_id, earned.period
),

gated as (
  select
    month.payee_id,
    month.plan_id,
    month.plan_version,
    month.component_id,
    month.period,
    month.amount,
    min(gate.pays_pct) as pays_pct
  from month_earning as month
  inner join commission.gauge as gauge
    on
      month.payee_id = gauge.payee_id
      and month.plan_id = gauge.plan_id
      and month.plan_version = gauge.plan_version
      and month.component_id = gauge.component_id
      and month.period = strftime(gauge.month_start, '%Y-%m')
  inner join policy.commission_gate as gate
    on
      month.plan_id = gate.plan_id
      and month.plan_version = gate.plan_version
      and month.component_id = gate.component_id
      and case gate.gauge
        when 'attainment' then coalesce(gauge.attainment_pct, 0)
        else gauge.collection_rate_pct
      end < gate.at_least_pct
  group by
    month.payee_id, month.plan_id, month.plan_version, month.component_id, month.period, month.amount
),

gate as (
  select
    gated.*,
    cast(round(
      cast(gated.amount as decimal(20, 4)) * (gated.pays_pct - 100) * cast(0.01 as decimal(3, 2)), 2
    ) as decimal(18, 4)) as correction
  from gated
),

-- what is above the cap waits, if the plan carries it, until a month has room for it:
-- waiting = max(0, waiting before + earned - cap), written as a running sum above its own minimum
capped as (
  select
    month.payee_id,
    month.plan_id,
    month.plan_version,
    month.component_id,
    month.period,
    component.cap_per_month,
    component.cap_carries,
    month.amount + coalesce(gate.correction, 0) as amount,
    sum(month.amount + coalesce(gate.correction, 0) - component.cap_per_month) over (
      partition by month.payee_id, month.plan_id, month.component_id
      order by month.period
      rows between unbounded preceding and current row
    ) as above
  from month_earning as month
  inner join component
    on
      month.plan_id = component.plan_id
      and month.plan_version = component.plan_version
      and month.component_id = component.component_id
      and component.cap_per_month is not null
  left join gate
    on
      month.payee_id = gate.payee_id
      and month.plan_id = gate.plan_id
      and month.plan_version = gate.plan_version
      and month.component_id = gate.component_id
      and month.period = gate.period
),

waiting as (
  select
    capped.*,
    capped.above - least(min(capped.above) over so_far, 0) as waits
  from capped
  window so_far as (
    partition by payee_id, plan_id, component_id order by period
    rows between unbounded preceding and current row
  )
),

cap as (
  select
    waiting.*,
    case
      when waiting.cap_carries then coalesce(lag(waiting.waits) over by_month, 0) - waiting.waits
      else least(waiting.amount, waiting.cap_per_month) - waiting.amount
    end as correction
  from waiting
  window by_month as (partition by payee_id, plan_id, component_id order by period)
)

select
  concat_ws('|', 'limit', cause, event_id, payee_id, plan_id, component_id) as limit_id,
  payee_id,
  plan_id,
  plan_version,
  component_id,
  event_id,
  source_kind,
  source_id,
  invoice_id,
  credit_date,
  period,
  cause,
  cast(amount as decimal(18, 4)) as amount,
  _load,
  _line
from by_event
union all
select
  concat_ws('|', 'limit', 'gate', payee_id, plan_id, component_id, period) as limit_id,
  payee_id,
  plan_id,
  plan_version,
  component_id,
  cast(null as varchar) as event_id,
  'gate' as source_kind,
  period as source_id,
  cast(null as varchar) as invoice_id,
  cast(cast(concat(period, '-01') as date) + interval 1 month - interval 1 day as date) as credit_date,
  period,
  'gate' as cause,
  correction as amount,
  cast(null as bigint) as _load,
  cast(null as bigint) as _line
from gate
where correction <> 0
union all
select
  concat_ws('|', 'limit', 'cap', payee_id, plan_id, component_id, period) as limit_id,
  payee_id,
  plan_id,
  plan_version,
  component_id,
  cast(null as varchar) as event_id,
  'cap' as source_kind,
  period as source_id,
  cast(null as varchar) as invoice_id,
  cast(cast(concat(period, '-01') as date) + interval 1 month - interval 1 day as date) as credit_date,
  period,
  case when correction < 0 then 'cap_per_month' else 'cap_carried' end as cause,
  cast(correction as decimal(18, 4)) as amount,
  cast(null as bigint) as _load,
  cast(null as bigint) as _line
from cap
where correction <> 0
