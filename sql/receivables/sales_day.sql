-- table: receivables.sales_day
-- grain: one row per day, owner, customer, segment and currency with documents
-- key:   invoice_date, owner_id, customer_id, segment, currency
-- why:   the sales that DSO and CEI divide by, by the axes on which they are asked for
select
  invoice.invoice_date,
  coalesce(invoice.owner_id, '(none)') as owner_id,
  invoice.customer_id,
  invoice.segment,
  coalesce(customer.partner_id, '(none)') as partner_id,
  invoice.currency,
  cast(sum(invoice.credit_sales_base) as decimal(18, 4)) as sales_base
from core.fct_invoice as invoice
left join core.dim_customer as customer on invoice.customer_id = customer.customer_id
where invoice.credit_sales_base is not null
group by
  invoice.invoice_date,
  coalesce(invoice.owner_id, '(none)'),
  invoice.customer_id,
  invoice.segment,
  coalesce(customer.partner_id, '(none)'),
  invoice.currency
