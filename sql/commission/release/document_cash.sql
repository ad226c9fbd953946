-- table: commission.document_cash
-- grain: one row per document whose commission waits for cash, and day on which that changes
-- key:   family_kind, family_id, moved_date
-- why:   what share of an invoice, order or contract has come in, net of VAT in base currency: cash
--        (less what bounced) against the document less what was credited or written off. Only what is
--        paid in part, or in another currency, needs arithmetic of more than a machine word
with component as (
  select
    plan_id,
    plan_version,
    component_id,
    case credit_event when 'signed' then 'contract' when 'invoiced' then 'invoice' else 'order' end
      as family_kind
  from policy.commission_component
  where release_when <> 'at_once' and credit_event not in ('cash_received', 'lead_accepted')
),

waiting as (
  select distinct
    component.family_kind,
    credit.family_id
  from core.fct_credit as credit
  inner join component
    on
      credit.plan_id = component.plan_id
      and credit.plan_version = component.plan_version
      and credit.component_id = component.component_id
  where credit.family_id is not null
),

-- a document is worth what was credited for it, whatever became of it later
document as (
  select
    waiting.family_kind,
    waiting.family_id,
    max(event.net_amount_base) as net_amount
  from waiting
  inner join core.fct_credit_event as event
    on
      waiting.family_id = event.family_id
      and waiting.family_kind
      = case event.credit_event when 'signed' then 'contract' when 'invoiced' then 'invoice' else 'order' end
  where event.reverses_event_id is null
  group by waiting.family_kind, waiting.family_id
),

invoice as (
  select
    invoice.invoice_id,
    invoice.order_id,
    coalesce(invoice.contract_id, placed.contract_id) as contract_id,
    invoice.rate_to_base,
    cast(round(invoice.net_amount * 100, 0) as bigint) as net_cents,
    cast(round(invoice.gross_amount * 100, 0) as bigint) as gross_cents
  from core.fct_invoice as invoice
  left join staging.sales_order as placed on invoice.order_id = placed.order_id
  where invoice.kind = 'invoice' and invoice.gross_amount > 0
),

-- the invoices whose cash counts for each document
family as (
  select
    document.family_kind,
    document.family_id,
    document.net_amount,
    invoice.invoice_id
  from document
  inner join invoice on document.family_id = invoice.invoice_id
  where document.family_kind = 'invoice'
  union all
  select
    document.family_kind,
    document.family_id,
    document.net_amount,
    invoice.invoice_id
  from document
  inner join invoice on document.family_id = invoice.order_id
  where document.family_kind = 'order'
  union all
  select
    document.family_kind,
    document.family_id,
    document.net_amount,
    invoice.invoice_id
  from document
  inner join invoice on document.family_id = invoice.contract_id
  where document.family_kind = 'contract'
),

awaited as (
  select distinct invoice_id from family
),

settled as (
  select
    settlement.document_id as invoice_id,
    settlement.settled_date as moved_date,
    case when settlement.kind = 'write_off' then 0 else settlement.amount end as cash,
    case when settlement.kind = 'write_off' then settlement.amount else 0 end as lost
  from core.fct_settlement as settlement
  inner join awaited on settlement.document_id = awaited.invoice_id
  where
    settlement.is_known and settlement.item_kind = 'invoice'
    and settlement.kind in ('cash', 'bounce', 'write_off')
  union all
  select
    note.references_invoice_id as invoice_id,
    note.invoice_date as moved_date,
    cast(0 as decimal(38, 4)) as cash,
    -note.gross_amount as lost
  from core.fct_invoice as note
  inner join awaited on note.references_invoice_id = awaited.invoice_id
  where note.kind = 'credit_note'
),

by_day as (
  select
    invoice_id,
    moved_date,
    sum(cash) as cash,
    sum(lost) as lost
  from settled
  group by invoice_id, moved_date
),

running as (
  select
    by_day.invoice_id,
    by_day.moved_date,
    invoice.net_cents,
    invoice.gross_cents,
    invoice.rate_to_base,
    cast(sum(by_day.cash) over so_far as decimal(18, 4)) as cash,
    cast(sum(by_day.lost) over so_far as decimal(18, 4)) as lost
  from by_day
  inner join invoice on by_day.invoice_id = invoice.invoice_id
  window so_far as (
    partition by by_day.invoice_id order by by_day.moved_date
    rows between unbounded preceding and current row
  )
),

counted as (
  select
    running.*,
    cast(round(running.cash * 100, 0) as bigint) as cash_cents,
    cast(round(running.lost * 100, 0) as bigint) as lost_cents
  from running
),

-- the net part of what was paid, in cents of the invoice's own currency
net as (
  select
    counted.*,
    case
      when counted.cash_cents = 0 then 0
      when counted.cash_cents = counted.gross_cents then counted.net_cents
      else
        cast(
          (2 * cast(counted.cash_cents as hugeint) * counted.net_cents + counted.gross_cents)
          // (2 * cast(counted.gross_cents as hugeint)) as bigint
        )
    end as cash_net,
    case
      when counted.lost_cents = 0 then 0
      when counted.lost_cents = counted.gross_cents then counted.net_cents
      else
        cast(
          (2 * cast(counted.lost_cents as hugeint) * counted.net_cents + counted.gross_cents)
          // (2 * cast(counted.gross_cents as hugeint)) as bigint
        )
    end as lost_net
  from counted
),

based as (
  select
    invoice_id,
    moved_date,
    case
      when rate_to_base = 1 then cash_net
      else
        cast(round(cast(cash_net as decimal(20, 0)) * cast(rate_to_base as decimal(14, 8)), 0) as bigint)
    end as cash_cents,
    case
      when rate_to_base = 1 then lost_net
      else
        cast(round(cast(lost_net as decimal(20, 0)) * cast(rate_to_base as decimal(14, 8)), 0) as bigint)
    end as lost_cents
  from net
),

step as (
  select
    invoice_id,
    moved_date,
    cash_cents - coalesce(lag(cash_cents) over by_date, 0) as cash_cents,
    lost_cents - coalesce(lag(lost_cents) over by_date, 0) as lost_cents
  from based
  window by_date as (partition by invoice_id order by moved_date)
),

moved as (
  select
    family.family_kind,
    family.family_id,
    step.moved_date,
    cast(round(family.net_amount * 100, 0) as bigint) as net_cents,
    cast(sum(step.cash_cents) as bigint) as cash_cents,
    cast(sum(step.lost_cents) as bigint) as lost_cents
  from family
  inner join step on family.invoice_id = step.invoice_id
  group by family.family_kind, family.family_id, step.moved_date, family.net_amount
)

select
  family_kind,
  family_id,
  moved_date,
  cast(sum(cash_cents) over so_far as bigint) as cash_cents,
  cast(net_cents - sum(lost_cents) over so_far as bigint) as collectable_cents
from moved
window so_far as (
  partition by family_kind, family_id order by moved_date
  rows between unbounded preceding and current row
)
