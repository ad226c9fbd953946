-- table: core.sales_day
-- grain: one row per day, owner, customer and currency with documents
-- key:   invoice_date, owner_id, customer_id, segment, currency
-- why:   the sales that DSO and CEI divide by are stated in one place: with or without tax, with or
--        without credit notes, as policy says
select
  invoice.invoice_date,
  coalesce(invoice.owner_id, '(none)') as owner_id,
  invoice.customer_id,
  invoice.segment,
  coalesce(customer.partner_id, '(none)') as partner_id,
  invoice.currency,
  cast(sum(
    case when policy.sales_amount = 'net' then invoice.net_amount_base else invoice.gross_amount_base end
  ) as decimal(18, 4)) as sales_base
from core.fct_invoice as invoice
cross join policy.receivable as policy
left join core.dim_customer as customer on invoice.customer_id = customer.customer_id
where invoice.kind = 'invoice' or policy.sales_credit_notes = 'deducted'
group by
  invoice.invoice_date,
  coalesce(invoice.owner_id, '(none)'),
  invoice.customer_id,
  invoice.segment,
  coalesce(customer.partner_id, '(none)'),
  invoice.currency
