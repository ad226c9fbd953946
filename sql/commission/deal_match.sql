-- table: mart.deal_match
-- grain: one row per signed contract, and per won deal that has none
-- key:   opportunity_id, contract_id
-- why:   the deal as the CRM won it, as it was signed, ordered, invoiced and paid, side by side in base
--        currency
with deal as (
  select
    opportunity_id,
    owner_id,
    amount_base,
    currency,
    closed_date
  from core.fct_opportunity
  where outcome = 'won'
),

contract as (
  select
    contract.contract_id,
    contract.opportunity_id,
    contract.owner_id,
    contract.signed_date,
    contract.currency,
    contract.net_amount,
    contract.net_amount_base,
    coalesce(staged.tax_amount, 0) as tax_amount,
    staged.end_date,
    count(*) over (partition by contract.opportunity_id) as contracts_of_deal
  from core.fct_contract as contract
  inner join staging.contract as staged on contract.contract_id = staged.contract_id
),

placed as (
  select
    placed.contract_id,
    count(*) as orders,
    sum(placed.net_amount_base) as order_net,
    max(placed.order_date) as last_order_date,
    max(placed.delivered_date) as last_delivered_date,
    sum(case when placed.delivered_date is null then 1 else 0 end) as undelivered
  from core.fct_order as placed
  where placed.contract_id is not null
  group by placed.contract_id
),

cancelled as (
  select
    contract_id,
    sum(net_amount) as cancelled_net
  from staging.sales_order
  where status = 'cancelled' and contract_id is not null
  group by contract_id
),

invoice as (
  select
    invoice.invoice_id,
    coalesce(invoice.contract_id, placed.contract_id) as contract_id,
    invoice.kind,
    invoice.invoice_date,
    invoice.net_amount_base,
    invoice.gross_amount_base
  from core.fct_invoice as invoice
  left join staging.sales_order as placed on invoice.order_id = placed.order_id
),

billed as (
  select
    contract_id,
    sum(case when kind = 'invoice' then net_amount_base else 0 end) as invoiced_net,
    sum(case when kind = 'invoice' then gross_amount_base else 0 end) as invoiced_gross,
    sum(case when kind = 'credit_note' then -gross_amount_base else 0 end) as credited_gross,
    max(invoice_date) as last_invoice_date
  from invoice
  where contract_id is not null
  group by contract_id
),

received as (
  select
    invoice.contract_id,
    sum(collection.amount_base) as received
  from core.fct_collection as collection
  inner join invoice on collection.invoice_id = invoice.invoice_id
  where invoice.contract_id is not null
  group by invoice.contract_id
),

lost as (
  select
    invoice.contract_id,
    sum(lost.amount) as written_off
  from staging.write_off as lost
  inner join invoice on lost.invoice_id = invoice.invoice_id
  cross join core.parameter as parameter
  where invoice.contract_id is not null and lost.written_off_date <= parameter.as_of_date
  group by invoice.contract_id
)

select
  coalesce(deal.opportunity_id, contract.opportunity_id, '(none)') as opportunity_id,
  coalesce(contract.contract_id, '(none)') as contract_id,
  coalesce(contract.owner_id, deal.owner_id) as owner_id,
  deal.closed_date as won_date,
  contract.signed_date,
  contract.end_date,
  contract.contracts_of_deal,
  deal.currency as won_currency,
  contract.currency as contract_currency,
  cast(deal.amount_base as decimal(18, 4)) as won_amount,
  cast(contract.net_amount_base as decimal(18, 4)) as contract_net,
  cast(contract.tax_amount as decimal(18, 4)) as contract_tax,
  placed.orders,
  placed.last_order_date,
  placed.last_delivered_date,
  placed.undelivered,
  cast(placed.order_net as decimal(18, 4)) as order_net,
  cast(cancelled.cancelled_net as decimal(18, 4)) as cancelled_net,
  billed.last_invoice_date,
  cast(billed.invoiced_net as decimal(18, 4)) as invoiced_net,
  cast(billed.invoiced_gross as decimal(18, 4)) as invoiced_gross,
  cast(billed.credited_gross as decimal(18, 4)) as credited_gross,
  cast(received.received as decimal(18, 4)) as received,
  cast(lost.written_off as decimal(18, 4)) as written_off
from deal
full outer join contract on deal.opportunity_id = contract.opportunity_id
left join placed on contract.contract_id = placed.contract_id
left join cancelled on contract.contract_id = cancelled.contract_id
left join billed on contract.contract_id = billed.contract_id
left join received on contract.contract_id = received.contract_id
left join lost on contract.contract_id = lost.contract_id
