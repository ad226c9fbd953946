-- table: mart.commission_base
-- grain: one row per month in which receipts were allocated to invoices
-- key:   period
-- why:   the commission credit of a month traced from the ERP's receipts: what nobody is credited
--        for, VAT, and shares of people without a plan are each shown, so that nothing is left over
with collected as (
  select
    collection.receipt_id,
    collection.invoice_id,
    collection.allocated_date,
    collection.amount_base
  from core.fct_collection as collection
  cross join core.parameter as parameter
  where collection.allocated_date <= parameter.as_of_date
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

credited as (
  select
    credit.source_id as receipt_id,
    credit.invoice_id,
    credit.event_date as allocated_date,
    max(credit.base_amount) as net_amount,
    sum(credit.full_amount) as credit_amount
  from core.fct_credit as credit
  inner join first_component
    on
      credit.plan_id = first_component.plan_id
      and credit.plan_version = first_component.plan_version
      and credit.component_id = first_component.component_id
  where credit.source_kind = 'receipt'
  group by credit.source_id, credit.invoice_id, credit.event_date
)

select
  strftime(collected.allocated_date, '%Y-%m') as period,
  cast(sum(collected.amount_base) as decimal(18, 4)) as collected,
  cast(sum(case when credited.receipt_id is null then collected.amount_base else 0 end) as decimal(18, 4))
    as without_plan,
  sum(case when credited.receipt_id is null then 1 else 0 end) as allocations_without_plan,
  cast(sum(
    case when credited.receipt_id is null then 0 else collected.amount_base - credited.net_amount end
  ) as decimal(18, 4)) as vat,
  cast(sum(coalesce(credited.net_amount - credited.credit_amount, 0)) as decimal(18, 4))
    as shares_without_plan,
  cast(sum(coalesce(credited.credit_amount, 0)) as decimal(18, 4)) as credit,
  count(*) as allocations
from collected
left join credited
  on
    collected.receipt_id = credited.receipt_id
    and collected.invoice_id = credited.invoice_id
    and collected.allocated_date = credited.allocated_date
group by strftime(collected.allocated_date, '%Y-%m')
