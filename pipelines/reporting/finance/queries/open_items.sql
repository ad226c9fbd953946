-- every item open on the day of the report, one row each, the oldest first within a customer; of
-- more than a sheet shows the largest first
select
  item.customer_id,
  customer.name as customer_name,
  item.item_kind,
  item.invoice_id,
  item.instalment_seq,
  item.document_date,
  item.due_date,
  item.days_past_due,
  item.bucket,
  item.risk_class,
  item.is_disputed,
  item.segment,
  item.partner_id,
  item.owner_id,
  item.collector_id,
  item.currency,
  item.open_amount,
  item.open_amount_base,
  item.owed_amount_base,
  item.received_since
from mart.receivable_item as item
left join core.dim_customer as customer on item.customer_id = customer.customer_id
where item.as_of_date = $as_of
order by
  case when count(*) over () > $sheet_rows then -abs(item.open_amount_base) end,
  item.customer_id, item.document_date, item.invoice_id, item.instalment_seq, item.item_kind
