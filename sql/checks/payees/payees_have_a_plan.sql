-- check:    payees_have_a_plan
-- guards:   mart.commission_statement
-- severity: warn
-- zh:       业务归属人在当日适用某个提成方案
-- en:       whoever is named on what plans pay for has a plan on that day
-- effect_zh: 这些人的业绩没有任何方案计提：提成可能偏低。
-- effect_en: No plan pays these people for what they sold: commission may be too low.
-- asks:     finance
-- why:      a misspelt role, or a unit no plan names, pays nobody; before a role's first plan that is meant.
--           Where no plan is written at all, owners of what was won, signed, ordered and invoiced this month
--           and the last are named; so is who has no assignment, and by that no role that a plan could name
with named as (
  select
    event_id,
    quota_date,
    owner_id as employee_id
  from core.fct_credit_event
  where owner_id is not null
  union
  select
    event.event_id,
    event.quota_date,
    split.employee_id
  from core.fct_credit_event as event
  inner join staging.opportunity_split as split on event.opportunity_id = split.opportunity_id
  union
  select
    document.event_id,
    document.quota_date,
    document.employee_id
  from (
    select
      concat('invoice:', invoice_id) as event_id,
      invoice_date as quota_date,
      owner_id as employee_id
    from core.fct_invoice
    where kind = 'invoice'
    union all
    select
      concat('order:', order_id) as event_id,
      order_date as quota_date,
      owner_id as employee_id
    from core.fct_order
    union all
    select
      concat('contract:', contract_id) as event_id,
      signed_date as quota_date,
      owner_id as employee_id
    from core.fct_contract
    union all
    select
      concat('opportunity:', opportunity_id) as event_id,
      closed_date as quota_date,
      owner_id as employee_id
    from core.fct_opportunity
    where outcome = 'won'
  ) as document
  cross join core.parameter as parameter
  where
    document.employee_id is not null
    and document.quota_date >= date_trunc('month', parameter.as_of_date) - interval 1 month
    and not exists (select 1 from policy.commission_plan)
),

begins as (
  select
    role,
    min(valid_from) as valid_from
  from policy.commission_plan
  group by role
),

first_plan as (
  select
    coalesce(min(valid_from), date '0001-01-01') as valid_from,
    count(*) as plans
  from policy.commission_plan
),

unpaid as (
  select
    named.employee_id,
    org.role,
    strftime(named.quota_date, '%Y-%m') as period,
    first_plan.plans,
    count(*) as documents
  from named
  left join staging.employee as employee on named.employee_id = employee.employee_id
  left join core.org_day as org
    on named.employee_id = org.employee_id and named.quota_date = org.calendar_date
  left join commission.payee_plan_span as paid
    on
      named.employee_id = paid.employee_id
      and named.quota_date >= paid.valid_from
      and named.quota_date <= paid.valid_to
  left join policy.unpaid_role as unpaid_role on org.role = unpaid_role.role
  left join begins on org.role = begins.role
  cross join first_plan
  cross join commission.open_period as closed
  where
    paid.employee_id is null
    and coalesce(org.is_active, employee.leave_date is null or employee.leave_date >= named.quota_date)
    and unpaid_role.role is null
    and named.quota_date >= coalesce(begins.valid_from, first_plan.valid_from)
    and strftime(named.quota_date, '%Y-%m') > closed.last_period
  group by named.employee_id, org.role, strftime(named.quota_date, '%Y-%m'), first_plan.plans
)

select
  employee_id,
  period,
  role,
  documents,
  concat(
    employee_id, coalesce(' (role ' || role || ')', ' (no assignment, so no role)'), ' is named on ',
    cast(documents as varchar), case when documents = 1 then ' document' else ' documents' end, ' of ',
    period,
    case
      when plans = 0 then ', and there is no commission plan'
      else ' that plans pay for, and no plan pays them then'
    end
  ) as problem
from unpaid
