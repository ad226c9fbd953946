-- table: core.fct_credit_event
-- grain: one row per event of the business that a commission plan credits, or that takes a credit back
-- key:   event_id
-- why:   signing, order, delivery, invoice, cash and accepted leads become credits of one shape. Cash
--        counts net of its share of VAT, rounded on the running total of its invoice. What goes back
--        (a credit note, a write-off, a bounced receipt, a cancelled contract) is an event of its own
--        day that remembers the day of what it takes back
with wanted as (
  select distinct credit_event from policy.commission_component
),

cash as (
  select
    receipt_id,
    invoice_id,
    allocated_date as event_date,
    allocated_date as quota_date,
    'receipt' as source_kind,
    amount,
    _load,
    _line
  from core.fct_collection
  union all
  -- a receipt that bounced later was cash until then
  select
    allocation.receipt_id,
    allocation.invoice_id,
    allocation.allocated_date as event_date,
    allocation.allocated_date as quota_date,
    'receipt' as source_kind,
    allocation.amount,
    allocation._load,
    allocation._line
  from staging.receipt_allocation as allocation
  inner join staging.receipt as receipt on allocation.receipt_id = receipt.receipt_id
  cross join core.parameter as parameter
  where
    receipt.bounced_date <= parameter.as_of_date
    and receipt.cleared_date <= receipt.bounced_date
    and allocation.allocated_date < receipt.bounced_date
  union all
  select
    allocation.receipt_id,
    allocation.invoice_id,
    receipt.bounced_date as event_date,
    allocation.allocated_date as quota_date,
    'bounce' as source_kind,
    -allocation.amount as amount,
    receipt._load,
    receipt._line
  from staging.receipt_allocation as allocation
  inner join staging.receipt as receipt on allocation.receipt_id = receipt.receipt_id
  cross join core.parameter as parameter
  where
    receipt.bounced_date <= parameter.as_of_date
    and receipt.cleared_date <= receipt.bounced_date
    and allocation.allocated_date < receipt.bounced_date
),

cash_running as (
  select
    cash.receipt_id,
    cash.invoice_id,
    cash.event_date,
    cash.quota_date,
    cash.source_kind,
    cash.amount,
    invoice.owner_id,
    invoice.customer_id,
    invoice.segment,
    invoice.order_id,
    invoice.contract_id,
    invoice.rate_to_base,
    cast(round(invoice.net_amount * 100, 0) as hugeint) as invoice_net,
    cast(round(invoice.gross_amount * 100, 0) as hugeint) as invoice_gross,
    cast(round(cash.amount * 100, 0) as hugeint) as cents,
    cast(round(sum(cash.amount) over (
      partition by cash.invoice_id
      order by cash.event_date, cash.source_kind, cash.receipt_id
      rows between unbounded preceding and current row
    ) * 100, 0) as hugeint) as cents_so_far,
    cash._load,
    cash._line
  from cash
  inner join core.fct_invoice as invoice on cash.invoice_id = invoice.invoice_id
  inner join wanted on wanted.credit_event = 'cash_received'
  where invoice.gross_amount > 0
),

-- in whole cents; floor(x + 1/2) in integers rounds half up without a division of decimals
cash_net as (
  select
    cash_running.*,
    (2 * cash_running.cents_so_far * cash_running.invoice_net + cash_running.invoice_gross)
    // (2 * cash_running.invoice_gross) as net_to,
    (
      2 * (cash_running.cents_so_far - cash_running.cents) * cash_running.invoice_net
      + cash_running.invoice_gross
    )
    // (2 * cash_running.invoice_gross) as net_from
  from cash_running
),

document as (
  select
    concat_ws(':', source_kind, receipt_id, invoice_id, cast(event_date as varchar)) as event_id,
    'cash_received' as credit_event,
    source_kind,
    receipt_id as source_id,
    event_date,
    quota_date,
    cast(null as varchar) as family_id,
    case
      when source_kind = 'bounce'
        then concat_ws(':', 'receipt', receipt_id, invoice_id, cast(quota_date as varchar))
    end as reverses_event_id,
    owner_id,
    customer_id,
    segment,
    cast(null as varchar) as opportunity_id,
    contract_id,
    order_id,
    invoice_id,
    cast(
      round(
        cast(net_to as decimal(20, 0))
        * cast(0.01 as decimal(3, 2))
        * cast(rate_to_base as decimal(14, 8)),
        2
      )
      - round(
        cast(net_from as decimal(20, 0))
        * cast(0.01 as decimal(3, 2))
        * cast(rate_to_base as decimal(14, 8)),
        2
      )
      as decimal(18, 4)
    ) as net_amount_base,
    _load,
    _line
  from cash_net
  union all
  select
    concat_ws(':', invoice.kind, invoice.invoice_id) as event_id,
    'invoiced' as credit_event,
    invoice.kind as source_kind,
    invoice.invoice_id as source_id,
    invoice.invoice_date as event_date,
    coalesce(original.invoice_date, invoice.invoice_date) as quota_date,
    coalesce(invoice.references_invoice_id, invoice.invoice_id) as family_id,
    case
      when original.invoice_id is not null then concat_ws(':', original.kind, original.invoice_id)
    end as reverses_event_id,
    coalesce(original.owner_id, invoice.owner_id) as owner_id,
    invoice.customer_id,
    invoice.segment,
    cast(null as varchar) as opportunity_id,
    coalesce(invoice.contract_id, original.contract_id) as contract_id,
    coalesce(invoice.order_id, original.order_id) as order_id,
    invoice.invoice_id,
    invoice.net_amount_base,
    invoice._load,
    invoice._line
  from core.fct_invoice as invoice
  left join core.fct_invoice as original
    on
      case when invoice.kind = 'credit_note' then invoice.references_invoice_id end = original.invoice_id
  inner join wanted on wanted.credit_event = 'invoiced'
  union all
  select
    concat_ws(':', 'write_off', lost.invoice_id, cast(lost.written_off_date as varchar)) as event_id,
    'invoiced' as credit_event,
    'write_off' as source_kind,
    lost.invoice_id as source_id,
    lost.written_off_date as event_date,
    invoice.invoice_date as quota_date,
    lost.invoice_id as family_id,
    concat_ws(':', invoice.kind, invoice.invoice_id) as reverses_event_id,
    invoice.owner_id,
    invoice.customer_id,
    invoice.segment,
    cast(null as varchar) as opportunity_id,
    invoice.contract_id,
    invoice.order_id,
    invoice.invoice_id,
    -cast(round(
      cast(
        (
          2 * cast(round(lost.amount * 100, 0) as hugeint)
          * cast(round(invoice.net_amount * 100, 0) as hugeint)
          + cast(round(invoice.gross_amount * 100, 0) as hugeint)
        ) // (2 * cast(round(invoice.gross_amount * 100, 0) as hugeint)) as decimal(20, 0)
      )
      * cast(0.01 as decimal(3, 2)) * cast(invoice.rate_to_base as decimal(14, 8)), 2
    ) as decimal(18, 4)) as net_amount_base,
    lost._load,
    lost._line
  from staging.write_off as lost
  inner join core.fct_invoice as invoice on lost.invoice_id = invoice.invoice_id
  inner join wanted on wanted.credit_event = 'invoiced'
  cross join core.parameter as parameter
  where lost.written_off_date <= parameter.as_of_date and invoice.gross_amount > 0
  union all
  select
    concat_ws(':', 'contract', contract.contract_id) as event_id,
    'signed' as credit_event,
    'contract' as source_kind,
    contract.contract_id as source_id,
    contract.signed_date as event_date,
    contract.signed_date as quota_date,
    contract.contract_id as family_id,
    cast(null as varchar) as reverses_event_id,
    contract.owner_id,
    contract.customer_id,
    contract.segment,
    contract.opportunity_id,
    contract.contract_id,
    cast(null as varchar) as order_id,
    cast(null as varchar) as invoice_id,
    contract.net_amount_base,
    contract._load,
    contract._line
  from core.fct_contract as contract
  inner join wanted on wanted.credit_event = 'signed'
  union all
  -- a cancelled contract was signed once, and is taken back on the day it ended
  select
    concat_ws(':', cancelled.source_kind, cancelled.contract_id) as event_id,
    'signed' as credit_event,
    cancelled.source_kind,
    cancelled.contract_id as source_id,
    cancelled.event_date,
    cancelled.signed_date as quota_date,
    cancelled.contract_id as family_id,
    case
      when cancelled.source_kind = 'cancellation' then concat_ws(':', 'contract', cancelled.contract_id)
    end as reverses_event_id,
    cancelled.owner_id,
    cancelled.customer_id,
    coalesce(customer.segment, '(none)') as segment,
    cancelled.opportunity_id,
    cancelled.contract_id,
    cast(null as varchar) as order_id,
    cast(null as varchar) as invoice_id,
    cast(round(
      cast(cancelled.net_amount as decimal(24, 4)) * cast(
        case
          when coalesce(cancelled.currency, parameter.base_currency) = parameter.base_currency then 1
          else fx.rate_to_base
        end as decimal(14, 8)
      ), 2
    ) as decimal(18, 4)) as net_amount_base,
    cancelled._load,
    cancelled._line
  from (
    select
      'contract' as source_kind,
      contract_id,
      cast(signed_at as date) as event_date,
      cast(signed_at as date) as signed_date,
      end_date,
      owner_id,
      customer_id,
      opportunity_id,
      net_amount,
      currency,
      _load,
      _line
    from staging.contract
    where status = 'cancelled' and end_date is not null
    union all
    select
      'cancellation' as source_kind,
      contract_id,
      end_date as event_date,
      cast(signed_at as date) as signed_date,
      end_date,
      owner_id,
      customer_id,
      opportunity_id,
      -net_amount as net_amount,
      currency,
      _load,
      _line
    from staging.contract
    where status = 'cancelled' and end_date is not null
  ) as cancelled
  inner join wanted on wanted.credit_event = 'signed'
  cross join core.parameter as parameter
  left join core.dim_customer as customer on cancelled.customer_id = customer.customer_id
  left join core.fx_day as fx
    on cancelled.currency = fx.currency and cancelled.signed_date = fx.calendar_date
  where cancelled.signed_date <= cancelled.end_date and cancelled.event_date <= parameter.as_of_date
  union all
  select
    concat_ws(':', wanted.credit_event, placed.order_id) as event_id,
    wanted.credit_event,
    'order' as source_kind,
    placed.order_id as source_id,
    case when wanted.credit_event = 'ordered' then placed.order_date else placed.delivered_date end
      as event_date,
    case when wanted.credit_event = 'ordered' then placed.order_date else placed.delivered_date end
      as quota_date,
    placed.order_id as family_id,
    cast(null as varchar) as reverses_event_id,
    placed.owner_id,
    placed.customer_id,
    placed.segment,
    cast(null as varchar) as opportunity_id,
    placed.contract_id,
    placed.order_id,
    cast(null as varchar) as invoice_id,
    placed.net_amount_base,
    placed._load,
    placed._line
  from core.fct_order as placed
  inner join wanted
    on
      wanted.credit_event = 'ordered'
      or (wanted.credit_event = 'delivered' and placed.delivered_date is not null)
  union all
  select
    concat_ws(':', 'lead', lead.lead_id) as event_id,
    'lead_accepted' as credit_event,
    'lead' as source_kind,
    lead.lead_id as source_id,
    lead.sql_date as event_date,
    lead.sql_date as quota_date,
    cast(null as varchar) as family_id,
    cast(null as varchar) as reverses_event_id,
    lead.owner_id,
    lead.customer_id,
    coalesce(customer.segment, '(none)') as segment,
    lead.opportunity_id,
    cast(null as varchar) as contract_id,
    cast(null as varchar) as order_id,
    cast(null as varchar) as invoice_id,
    cast(0 as decimal(18, 4)) as net_amount_base,
    lead._load,
    lead._line
  from (
    select
      fact.lead_id,
      fact.sql_date,
      fact.owner_id,
      raw.customer_id,
      fact.opportunity_id,
      fact._load,
      fact._line
    from core.fct_lead as fact
    inner join staging.lead as raw on fact.lead_id = raw.lead_id
    where fact.sql_date is not null and not fact.is_disqualified
  ) as lead
  inner join wanted on wanted.credit_event = 'lead_accepted'
  left join core.dim_customer as customer on lead.customer_id = customer.customer_id
),

order_total as (
  select
    order_id,
    cast(round(sum(net_amount_base) * 100, 0) as hugeint) as net_cents,
    cast(round(sum(net_amount_base - coalesce(cost_amount_base, 0)) * 100, 0) as hugeint) as margin_cents,
    sum(quantity) as quantity
  from core.fct_order_line
  group by order_id
  having sum(net_amount_base) > 0
)

select
  document.event_id,
  document.credit_event,
  document.source_kind,
  document.source_id,
  document.event_date,
  document.quota_date,
  document.family_id,
  document.reverses_event_id,
  document.owner_id,
  document.customer_id,
  document.segment,
  coalesce(document.opportunity_id, contract.opportunity_id, placed.opportunity_id) as opportunity_id,
  coalesce(document.contract_id, placed.contract_id) as contract_id,
  document.order_id,
  document.invoice_id,
  contract.type as contract_type,
  coalesce(first_contract.is_first_of_customer, false) as is_new_customer,
  coalesce(contract.compliance_ok, true) as is_compliant,
  document.net_amount_base,
  case
    when order_total.order_id is not null
      then
        cast(
          cast(
            (
              cast(round(document.net_amount_base * 100, 0) as hugeint) * order_total.margin_cents * 2
              + order_total.net_cents
            ) // (2 * order_total.net_cents) as decimal(20, 0)
          ) * cast(0.01 as decimal(3, 2)) as decimal(18, 4)
        )
    else document.net_amount_base
  end as margin_amount_base,
  cast(
    case
      when document.credit_event in ('ordered', 'delivered') then coalesce(order_total.quantity, 1)
      when document.reverses_event_id is not null then -1
      else 1
    end as decimal(18, 4)
  ) as units,
  document._load,
  document._line
from document
left join staging.sales_order as placed on document.order_id = placed.order_id
left join staging.contract as contract
  on coalesce(document.contract_id, placed.contract_id) = contract.contract_id
left join core.fct_contract as first_contract on contract.contract_id = first_contract.contract_id
left join order_total on document.order_id = order_total.order_id
