-- table: commission.document_invoice
-- grain: one row per document whose commission waits for cash, and invoice whose cash counts for it
-- key:   family_kind, family_id, invoice_id
-- why:   which invoices bill a contract, an order or themselves; how much of them has come in by when
--        stands in commission.document_cash
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
    coalesce(invoice.contract_id, placed.contract_id) as contract_id
  from core.fct_invoice as invoice
  left join staging.sales_order as placed on invoice.order_id = placed.order_id
  where invoice.kind = 'invoice' and invoice.gross_amount > 0
)

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
