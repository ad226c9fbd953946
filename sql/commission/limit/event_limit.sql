-- table: commission.event_limit
-- grain: one row per credit event, payee and limit of a document or deal that changes what it earns
-- key:   event_id, payee_id, plan_id, component_id, cause
-- why:   the limits that look at one document or deal: what a document has earned in all never falls
--        below nothing, and no deal pays above its cap. Limits of a month follow, and both stand
--        together in commission.limit_taken
with event_earning as (
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
  inner join policy.commission_component as component
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
)

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
