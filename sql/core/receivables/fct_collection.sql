-- table: core.fct_collection
-- grain: one row per receipt, invoice and day of allocation
-- key:   receipt_id, invoice_id, allocated_date
-- why:   cash that settled an invoice, cleared and not bounced by the day of the report; whether money
--        without a day of clearing counts is policy, by method
select
  allocation.receipt_id,
  allocation.invoice_id,
  allocation.allocated_date,
  invoice.customer_id,
  invoice.owner_id,
  invoice.segment,
  invoice.contract_id,
  invoice.order_id,
  invoice.currency,
  invoice.rate_to_base,
  invoice.net_amount as invoice_net_amount,
  invoice.gross_amount as invoice_gross_amount,
  allocation.amount,
  case
    when invoice.rate_to_base = 1 then allocation.amount
    else
      cast(round(
        cast(allocation.amount as decimal(24, 4)) * cast(invoice.rate_to_base as decimal(14, 8)), 2
      ) as decimal(18, 4))
  end as amount_base,
  allocation._load,
  allocation._line
from staging.receipt_allocation as allocation
inner join core.fct_receipt as receipt on allocation.receipt_id = receipt.receipt_id
inner join core.fct_invoice as invoice on allocation.invoice_id = invoice.invoice_id
cross join core.parameter as parameter
where
  allocation.allocated_date <= parameter.as_of_date
  and (receipt.bounced_date is null or receipt.bounced_date > parameter.as_of_date)
  and (receipt.cleared_date is null or receipt.cleared_date <= parameter.as_of_date)
