-- receipts and credits that no invoice has taken up yet, the largest first
select
  item.item_kind,
  item.invoice_id as document_id,
  item.document_date,
  item.customer_id,
  customer.name as customer_name,
  item.owner_id,
  item.currency,
  item.open_amount,
  item.open_amount_base
from mart.receivable_item as item
left join core.dim_customer as customer on item.customer_id = customer.customer_id
where item.as_of_date = $as_of and item.open_amount < 0
order by item.open_amount_base, item.invoice_id
