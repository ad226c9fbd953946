-- table: core.commission_cash
-- grain: one row per document whose commission waits for cash, and day on which that changes
-- key:   family_kind, family_id, moved_date
-- why:   what share of an invoice, order or contract has come in, net of VAT in base currency: cash
--        (less what bounced) against the document less what was credited or written off
with waiting as (
  select distinct credit_event from policy.commission_component
  where release_when <> 'at_once'
),

invoice as (
  select
    invoice.invoice_id,
    invoice.order_id,
    coalesce(invoice.contract_id, placed.contract_id) as contract_id,
    invoice.rate_to_base,
    invoice.invoice_date,
    cast(round(invoice.net_amount * 100, 0) as hugeint) as net_cents,
    cast(round(invoice.gross_amount * 100, 0) as hugeint) as gross_cents,
    invoice.net_amount_base
  from core.fct_invoice as invoice
  left join staging.sales_order as placed on invoice.order_id = placed.order_id
  where invoice.kind = 'invoice' and invoice.gross_amount > 0 and exists (select 1 from waiting)
),

settled as (
  select
    settlement.document_id as invoice_id,
    settlement.settled_date as moved_date,
    sum(case when settlement.kind in ('cash', 'bounce') then settlement.amount else 0 end) as cash,
    sum(case when settlement.kind = 'write_off' then settlement.amount else 0 end) as lost
  from core.fct_settlement as settlement
  where
    settlement.is_known and settlement.item_kind = 'invoice'
    and settlement.kind in ('cash', 'bounce', 'write_off')
    and exists (select 1 from waiting)
  group by settlement.document_id, settlement.settled_date
  union all
  select
    note.references_invoice_id as invoice_id,
    note.invoice_date as moved_date,
    cast(0 as decimal(38, 4)) as cash,
    sum(-note.gross_amount) as lost
  from core.fct_invoice as note
  where
    note.kind = 'credit_note' and note.references_invoice_id is not null
    and exists (select 1 from waiting)
  group by note.references_invoice_id, note.invoice_date
),

running as (
  select
    invoice.invoice_id,
    invoice.order_id,
    invoice.contract_id,
    invoice.net_cents,
    invoice.gross_cents,
    invoice.rate_to_base,
    settled.moved_date,
    cast(round(sum(sum(settled.cash)) over so_far * 100, 0) as hugeint) as cash_cents,
    cast(round(sum(sum(settled.lost)) over so_far * 100, 0) as hugeint) as lost_cents
  from settled
  inner join invoice on settled.invoice_id = invoice.invoice_id
  group by
    invoice.invoice_id, invoice.order_id, invoice.contract_id, invoice.net_cents, invoice.gross_cents,
    invoice.rate_to_base, settled.moved_date
  window so_far as (
    partition by invoice.invoice_id order by settled.moved_date
    rows between unbounded preceding and current row
  )
),

net as (
  select
    invoice_id,
    order_id,
    contract_id,
    moved_date,
    cast(round(
      cast((2 * cash_cents * net_cents + gross_cents) // (2 * gross_cents) as decimal(20, 0))
      * cast(0.01 as decimal(3, 2)) * cast(rate_to_base as decimal(14, 8)), 2
    ) as decimal(18, 4)) as cash_net,
    cast(round(
      cast((2 * lost_cents * net_cents + gross_cents) // (2 * gross_cents) as decimal(20, 0))
      * cast(0.01 as decimal(3, 2)) * cast(rate_to_base as decimal(14, 8)), 2
    ) as decimal(18, 4)) as lost_net
  from running
),

step as (
  select
    invoice_id,
    order_id,
    contract_id,
    moved_date,
    cash_net - coalesce(lag(cash_net) over by_day, 0) as cash_net,
    lost_net - coalesce(lag(lost_net) over by_day, 0) as lost_net
  from net
  window by_day as (partition by invoice_id order by moved_date)
),

family as (
  select
    'invoice' as family_kind,
    invoice_id as family_id,
    moved_date,
    cash_net,
    lost_net
  from step
  union all
  select
    'order' as family_kind,
    order_id as family_id,
    moved_date,
    cash_net,
    lost_net
  from step
  where order_id is not null
  union all
  select
    'contract' as family_kind,
    contract_id as family_id,
    moved_date,
    cash_net,
    lost_net
  from step
  where contract_id is not null
),

-- a document is worth what was credited for it, whatever became of it later
document as (
  select
    case credit_event when 'signed' then 'contract' when 'invoiced' then 'invoice' else 'order' end
      as family_kind,
    family_id,
    max(net_amount_base) as net_amount
  from core.fct_credit_event
  where family_id is not null and reverses_event_id is null and exists (select 1 from waiting)
  group by
    case credit_event when 'signed' then 'contract' when 'invoiced' then 'invoice' else 'order' end,
    family_id
)

select
  family.family_kind,
  family.family_id,
  family.moved_date,
  cast(round(sum(sum(family.cash_net)) over so_far * 100, 0) as bigint) as cash_cents,
  cast(
    round((document.net_amount - sum(sum(family.lost_net)) over so_far) * 100, 0) as bigint
  ) as collectable_cents
from family
inner join document on family.family_kind = document.family_kind and family.family_id = document.family_id
group by family.family_kind, family.family_id, family.moved_date, document.net_amount
window so_far as (
  partition by family.family_kind, family.family_id order by family.moved_date
  rows between unbounded preceding and current row
)
