-- table: mart.deal_match
-- grain: one row per signed contract, and per won deal that has none
-- key:   opportunity_id, contract_id
-- why:   the deal as the CRM won it, as it was signed, ordered, invoiced and paid, side by side in base
--        currency; and net in the contract's currency, which tells an exchange rate from another amount
with deal as (
  select
    opportunity_id,
    customer_id,
    owner_id,
    amount,
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
    contract.customer_id,
    contract.owner_id,
    contract.type,
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

sales_order as (
  select
    placed.order_id,
    placed.contract_id,
    coalesce(placed.status, 'open') = 'cancelled' as is_cancelled,
    placed.net_amount,
    case
      when coalesce(placed.currency, parameter.base_currency) = parameter.base_currency
        then placed.net_amount
      else
        cast(round(
          cast(placed.net_amount as decimal(24, 4)) * cast(fx.rate_to_base as decimal(14, 8)), 2
        ) as decimal(18, 4))
    end as net_amount_base,
    coalesce(placed.currency, parameter.base_currency) = contract.currency as is_alike
  from staging.sales_order as placed
  cross join core.parameter as parameter
  inner join contract on placed.contract_id = contract.contract_id
  left join core.fx_day as fx
    on placed.currency = fx.currency and placed.order_date = fx.calendar_date
  where placed.order_date <= parameter.as_of_date
),

placed as (
  select
    placed.contract_id,
    count(*) as orders,
    sum(placed.net_amount_base) as order_net,
    case when sum(case when own.is_alike then 0 else 1 end) = 0 then sum(own.net_amount) end
      as order_own,
    max(placed.order_date) as last_order_date,
    max(placed.delivered_date) as last_delivered_date,
    sum(case when placed.delivered_date is null then 1 else 0 end) as undelivered
  from core.fct_order as placed
  left join sales_order as own on placed.order_id = own.order_id
  where placed.contract_id is not null
  group by placed.contract_id
),

cancelled as (
  select
    contract_id,
    sum(net_amount_base) as cancelled_net,
    case when sum(case when is_alike then 0 else 1 end) = 0 then sum(net_amount) end as cancelled_own
  from sales_order
  where is_cancelled
  group by contract_id
),

invoice as (
  select
    invoice.invoice_id,
    coalesce(invoice.contract_id, placed.contract_id, billed.contract_id, billed_order.contract_id)
      as contract_id,
    invoice.kind,
    invoice.invoice_date,
    invoice.currency,
    invoice.rate_to_base,
    invoice.net_amount,
    invoice.net_amount_base,
    invoice.gross_amount_base
  from core.fct_invoice as invoice
  left join staging.sales_order as placed on invoice.order_id = placed.order_id
  -- a credit note that names neither belongs where the invoice it refers to does
  left join core.fct_invoice as billed on invoice.references_invoice_id = billed.invoice_id
  left join staging.sales_order as billed_order on billed.order_id = billed_order.order_id
),

billed as (
  select
    invoice.contract_id,
    sum(case when invoice.kind = 'invoice' then invoice.net_amount_base else 0 end) as invoiced_net,
    sum(case when invoice.kind = 'invoice' then invoice.gross_amount_base else 0 end)
      as invoiced_gross,
    sum(case when invoice.kind = 'credit_note' then -invoice.net_amount_base else 0 end)
      as credited_net,
    sum(case when invoice.kind = 'credit_note' then -invoice.gross_amount_base else 0 end)
      as credited_gross,
    case
      when sum(case when invoice.currency = contract.currency then 0 else 1 end) = 0
        then sum(case when invoice.kind = 'invoice' then invoice.net_amount else 0 end)
    end as invoiced_own,
    max(invoice.invoice_date) as last_invoice_date
  from invoice
  inner join contract on invoice.contract_id = contract.contract_id
  group by invoice.contract_id
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
    sum(
      case
        when invoice.rate_to_base = 1 then lost.amount
        else
          cast(round(
            cast(lost.amount as decimal(24, 4)) * cast(invoice.rate_to_base as decimal(14, 8)), 2
          ) as decimal(18, 4))
      end
    ) as written_off
  from staging.write_off as lost
  inner join invoice on lost.invoice_id = invoice.invoice_id
  cross join core.parameter as parameter
  where invoice.contract_id is not null and lost.written_off_date <= parameter.as_of_date
  group by invoice.contract_id
),

-- the largest amount that stands twice among the orders, invoices or receipts of one contract
repeated as (
  select
    twice.contract_id,
    max(case when twice.kind = 'order' then twice.amount end) as repeated_order,
    max(case when twice.kind = 'invoice' then twice.amount end) as repeated_invoice,
    max(case when twice.kind = 'receipt' then twice.amount end) as repeated_receipt
  from (
    select
      document.contract_id,
      document.kind,
      document.amount
    from (
      select
        'order' as kind,
        contract_id,
        net_amount as amount
      from sales_order
      where not is_cancelled
      union all
      select
        'invoice' as kind,
        contract_id,
        net_amount as amount
      from invoice
      where kind = 'invoice'
      union all
      select
        'receipt' as kind,
        invoice.contract_id,
        collection.allocated_amount_base as amount
      from core.fct_collection as collection
      inner join invoice on collection.invoice_id = invoice.invoice_id
    ) as document
    where document.contract_id is not null
    group by document.contract_id, document.kind, document.amount
    having count(*) > 1
  ) as twice
  group by twice.contract_id
)

select
  coalesce(deal.opportunity_id, contract.opportunity_id, '(none)') as opportunity_id,
  coalesce(contract.contract_id, '(none)') as contract_id,
  coalesce(contract.customer_id, deal.customer_id) as customer_id,
  coalesce(contract.owner_id, deal.owner_id) as owner_id,
  contract.type as contract_type,
  deal.closed_date as won_date,
  contract.signed_date,
  contract.end_date,
  contract.contracts_of_deal,
  deal.currency as won_currency,
  contract.currency as contract_currency,
  cast(deal.amount_base as decimal(18, 4)) as won_amount,
  cast(deal.amount as decimal(18, 4)) as won_own,
  cast(contract.net_amount_base as decimal(18, 4)) as contract_net,
  cast(contract.net_amount as decimal(18, 4)) as contract_own,
  cast(contract.tax_amount as decimal(18, 4)) as contract_tax,
  placed.orders,
  placed.last_order_date,
  placed.last_delivered_date,
  placed.undelivered,
  cast(placed.order_net as decimal(18, 4)) as order_net,
  cast(placed.order_own as decimal(18, 4)) as order_own,
  cast(repeated.repeated_order as decimal(18, 4)) as repeated_order,
  cast(cancelled.cancelled_net as decimal(18, 4)) as cancelled_net,
  cast(cancelled.cancelled_own as decimal(18, 4)) as cancelled_own,
  billed.last_invoice_date,
  cast(billed.invoiced_net as decimal(18, 4)) as invoiced_net,
  cast(billed.invoiced_own as decimal(18, 4)) as invoiced_own,
  cast(billed.invoiced_gross as decimal(18, 4)) as invoiced_gross,
  cast(repeated.repeated_invoice as decimal(18, 4)) as repeated_invoice,
  cast(billed.credited_net as decimal(18, 4)) as credited_net,
  cast(billed.credited_gross as decimal(18, 4)) as credited_gross,
  cast(received.received as decimal(18, 4)) as received,
  cast(repeated.repeated_receipt as decimal(18, 4)) as repeated_receipt,
  cast(lost.written_off as decimal(18, 4)) as written_off
from deal
full outer join contract on deal.opportunity_id = contract.opportunity_id
left join placed on contract.contract_id = placed.contract_id
left join cancelled on contract.contract_id = cancelled.contract_id
left join billed on contract.contract_id = billed.contract_id
left join received on contract.contract_id = received.contract_id
left join lost on contract.contract_id = lost.contract_id
left join repeated on contract.contract_id = repeated.contract_id
