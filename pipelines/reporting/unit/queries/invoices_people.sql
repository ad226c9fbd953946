-- what each person is to collect that is past due, the largest first; orphaned is what was sold by
-- somebody who has left
select
  item.collector_id,
  item.owner_id,
  owner.name as owner_name,
  item.invoice_id,
  item.instalment_seq,
  customer.name as customer_name,
  item.customer_id,
  item.due_date,
  item.days_past_due,
  item.open_amount_base,
  item.is_disputed,
  item.unallocated_of_customer,
  item.items,
  coalesce(not owner.is_active, true) and item.collector_id <> coalesce(item.owner_id, '(none)')
    as is_orphaned,
  invoice._load as load_id
from mart.receivable_item as item
left join core.fct_invoice as invoice on item.invoice_id = invoice.invoice_id
left join core.dim_customer as customer on item.customer_id = customer.customer_id
left join core.dim_employee as owner on item.owner_id = owner.employee_id
where
  item.as_of_date = $as_of
  and item.is_overdue
  and item.open_amount_base > 0
  and item.collector_id is not null
order by item.open_amount_base desc, item.invoice_id asc, item.instalment_seq asc
