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
    max(coalesce(credit.opportunity_id, credit.contract_id, credit.order_id)) as named_deal,
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

-- a credit note is of the deal of its invoice, whether or not it names the deal itself
of_deal as (
  select
    event_earning.*,
    coalesce(
      event_earning.named_deal, max(event_earning.named_deal) over of_family, event_earning.family_id
    ) as deal_id
  from event_earning
  where event_earning.cap_per_deal is not null
  window of_family as (partition by payee_id, plan_id, component_id, family_id)
),

deal as (
  select
    of_deal.payee_id,
    of_deal.plan_id,
    of_deal.plan_version,
    of_deal.component_id,
    of_deal.event_id,
    of_deal.source_kind,
    of_deal.source_id,
    of_deal.invoice_id,
    of_deal.credit_date,
    of_deal.period,
    of_deal.cap_per_deal,
    of_deal.amount + coalesce(clawback.correction, 0) as amount,
    sum(of_deal.amount + coalesce(clawback.correction, 0)) over (
      partition by
        of_deal.payee_id, of_deal.plan_id, of_deal.component_id, of_deal.deal_id
      order by of_deal.credit_date, of_deal.event_id
      rows between unbounded preceding and current row
    ) as earned,
    of_deal._load,
    of_deal._line
  from of_deal
  left join clawback
    on
      of_deal.payee_id = clawback.payee_id
      and of_deal.plan_id = clawback.plan_id
      and of_deal.component_id = clawback.component_id
      and of_deal.event_id = clawback.event_id
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
