-- table: core.posted_document
-- kind:  view
-- grain: one row per invoice and credit note that is posted by the day of the report
-- key:   invoice_id
-- why:   what may be paid and paid back, before any note is linked: its amount above nothing, in its own
--        currency; a negative invoice is a credit note
select
  invoice.invoice_id,
  case when invoice.gross_amount < 0 then 'credit_note' else invoice.kind end as kind,
  invoice.customer_id,
  invoice.invoice_date,
  invoice.references_invoice_id,
  abs(invoice.gross_amount) as gross_amount,
  coalesce(invoice.currency, parameter.base_currency) as currency
from staging.invoice as invoice
cross join core.parameter as parameter
where
  invoice.invoice_date <= parameter.as_of_date
  and coalesce(invoice.status, 'posted') = 'posted'
