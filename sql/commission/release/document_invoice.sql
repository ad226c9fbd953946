-- table: commission.document_invoice
-- grain: one row per document whose commission waits for cash, and invoice, or part of one over several
--        orders, whose cash counts for it
-- key:   family_kind, family_id, invoice_id, part_no
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
    max(event.net_amount) as net_amount
  from waiting
  inner join (
    -- an invoice over several orders is credited order by order
    select
      family_id,
      credit_event,
      sum(net_amount_base) as net_amount
    from core.fct_credit_event
    where family_id is not null and reverses_event_id is null
    group by family_id, credit_event
  ) as event
    on
      waiting.family_id = event.family_id
      and waiting.family_kind
      = case event.credit_event when 'signed' then 'contract' when 'invoiced' then 'invoice' else 'order' end
  group by waiting.family_kind, waiting.family_id
),

invoice as (
  select
    invoice.invoice_id,
    coalesce(part.part_no, 1) as part_no,
    part.share_from,
    part.share_to,
    part.share_whole,
    case when part.invoice_id is null then invoice.order_id else part.order_id end as order_id,
    case
      when part.invoice_id is null then coalesce(invoice.contract_id, placed.contract_id)
      else part.contract_id
    end as contract_id
  from core.fct_invoice as invoice
  left join core.invoice_order as part on invoice.invoice_id = part.invoice_id
  left join staging.sales_order as placed on invoice.order_id = placed.order_id
  where invoice.kind = 'invoice' and invoice.gross_amount > 0
)

select
  document.family_kind,
  document.family_id,
  document.net_amount,
  invoice.invoice_id,
  invoice.part_no,
  cast(null as bigint) as share_from,
  cast(null as bigint) as share_to,
  cast(null as bigint) as share_whole
from document
inner join invoice on document.family_id = invoice.invoice_id and invoice.part_no = 1
where document.family_kind = 'invoice'
union all
select
  document.family_kind,
  document.family_id,
  document.net_amount,
  invoice.invoice_id,
  invoice.part_no,
  invoice.share_from,
  invoice.share_to,
  invoice.share_whole
from document
inner join invoice on document.family_id = invoice.order_id
where document.family_kind = 'order'
union all
select
  document.family_kind,
  document.family_id,
  document.net_amount,
  invoice.invoice_id,
  invoice.part_no,
  invoice.share_from,
  invoice.share_to,
  invoice.share_whole
from document
inner join invoice on document.family_id = invoice.contract_id
where document.family_kind = 'contract'
