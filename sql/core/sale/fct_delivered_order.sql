-- table: core.fct_delivered_order
-- grain: one row per delivered order with an invoice
-- key:   order_id
-- why:   how long what was delivered waits for its first invoice; one invoiced before delivery waits less
--        than nothing
with first_invoice as (
  select
    order_id,
    min(invoice_date) as invoice_date
  from receivables.order_billed
  where amount > 0
  group by order_id
)

select
  sales_order.order_id,
  sales_order.customer_id,
  sales_order.owner_id,
  sales_order.segment,
  sales_order.delivered_date,
  first_invoice.invoice_date,
  cast(date_diff('day', sales_order.delivered_date, first_invoice.invoice_date) as double) as invoicing_days,
  sales_order._load,
  sales_order._line
from core.fct_order as sales_order
inner join first_invoice on sales_order.order_id = first_invoice.order_id
where sales_order.delivered_date is not null
