-- table: mart.commission_base
-- grain: one row per month in which receipts were allocated to invoices, or bounced
-- key:   period
-- why:   the commission credit of a month traced from the ERP's receipts to its statements: what nobody
--        is credited for, VAT, shares of people without a plan, what conditions cut and what bounced
--        are each shown, so that nothing is left over
with collected as (
  select
    collection.receipt_id,
    collection.invoice_id,
    collection.allocated_date,
    sum(collection.amount_base) as amount_base,
    count(*) as allocations
  from core.fct_collection as collection
  cross join core.parameter as parameter
  where collection.allocated_date <= parameter.as_of_date
  group by collection.receipt_id, collection.invoice_id, collection.allocated_date
),

-- a plan may credit one receipt in several components; its first one is the base
first_component as (
  select
    plan_id,
    plan_version,
    component_id
  from policy.commission_component
  where
    credit_event = 'cash_received' and credit_to in ('owner', 'deal_team') and credit_base = 'net'
    and not of_products and not only_new_customers and not only_contract_types and not only_segments
  qualify row_number() over (partition by plan_id, plan_version order by component_no) = 1
),

credit as (
  select
    credit.event_id,
    credit.source_kind,
    credit.source_id,
    credit.invoice_id,
    credit.event_date,
    credit.base_amount,
    credit.full_amount,
    credit.credit_amount,
    max(case when credit.source_kind = 'bounce' then 1 else 0 end) over (
      partition by credit.source_id, credit.invoice_id
    ) as is_bounced
  from core.fct_credit as credit
  inner join first_component
    on
      credit.plan_id = first_component.plan_id
      and credit.plan_version = first_component.plan_version
      and credit.component_id = first_component.component_id
  where credit.source_kind in ('receipt', 'bounce')
),

event as (
  select
    event_id,
    source_id as receipt_id,
    invoice_id,
    event_date as allocated_date,
    max(base_amount) as net_amount,
    sum(full_amount) as credit_amount
  from credit
  where source_kind = 'receipt' and is_bounced = 0
  group by event_id, source_id, invoice_id, event_date
),

credited as (
  select
    receipt_id,
    invoice_id,
    allocated_date,
    sum(net_amount) as net_amount,
    sum(credit_amount) as credit_amount
  from event
  group by receipt_id, invoice_id, allocated_date
),

traced as (
  select
    strftime(collected.allocated_date, '%Y-%m') as period,
    sum(collected.amount_base) as collected,
    sum(case when credited.receipt_id is null then collected.amount_base else 0 end) as without_plan,
    cast(sum(case when credited.receipt_id is null then collected.allocations else 0 end) as bigint)
      as allocations_without_plan,
    sum(
      case when credited.receipt_id is null then 0 else collected.amount_base - credited.net_amount end
    ) as vat,
    sum(coalesce(credited.net_amount - credited.credit_amount, 0)) as shares_without_plan,
    sum(coalesce(credited.credit_amount, 0)) as credit,
    cast(sum(collected.allocations) as bigint) as allocations
  from collected
  left join credited
    on
      collected.receipt_id = credited.receipt_id
      and collected.invoice_id = credited.invoice_id
      and collected.allocated_date = credited.allocated_date
  group by strftime(collected.allocated_date, '%Y-%m')
),

-- a receipt that bounced is no receipt any more, but was credited until it did
adjusted as (
  select
    strftime(event_date, '%Y-%m') as period,
    sum(case when is_bounced = 1 then full_amount else 0 end) as bounced,
    sum(full_amount - credit_amount) as cut
  from credit
  group by strftime(event_date, '%Y-%m')
),

stated as (
  select
    line.period,
    sum(line.credit_amount) as statement_credit
  from mart.commission_line as line
  inner join first_component
    on
      line.plan_id = first_component.plan_id
      and line.plan_version = first_component.plan_version
      and line.component_id = first_component.component_id
  where line.ledger = 'earned' and line.source_kind in ('receipt', 'bounce')
  group by line.period
),

month as (
  select period from traced
  union
  select period from adjusted
  union
  select period from stated
)

select
  month.period,
  cast(coalesce(traced.collected, 0) as decimal(18, 4)) as collected,
  cast(coalesce(traced.without_plan, 0) as decimal(18, 4)) as without_plan,
  coalesce(traced.allocations_without_plan, 0) as allocations_without_plan,
  cast(coalesce(traced.vat, 0) as decimal(18, 4)) as vat,
  cast(coalesce(traced.shares_without_plan, 0) as decimal(18, 4)) as shares_without_plan,
  cast(coalesce(traced.credit, 0) as decimal(18, 4)) as credit,
  coalesce(traced.allocations, 0) as allocations,
  cast(coalesce(adjusted.bounced, 0) as decimal(18, 4)) as bounced,
  cast(coalesce(adjusted.cut, 0) as decimal(18, 4)) as cut,
  cast(coalesce(stated.statement_credit, 0) as decimal(18, 4)) as statement_credit
from month
left join traced on month.period = traced.period
left join adjusted on month.period = adjusted.period
left join stated on month.period = stated.period
