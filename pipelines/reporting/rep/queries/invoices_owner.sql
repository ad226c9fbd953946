-- the invoices past due that each person collects, their own and those of who left, the largest first
with overdue as (
  select
    item.collector_id,
    item.owner_id,
    item.invoice_id,
    item.instalment_seq,
    customer.name as customer_name,
    item.customer_id,
    item.due_date,
    item.days_past_due,
    item.bucket,
    item.open_amount_base,
    item.is_disputed,
    item.unallocated_of_customer,
    item.items as counted,
    invoice._load as load_id
  from mart.receivable_item as item
  left join core.fct_invoice as invoice on item.invoice_id = invoice.invoice_id
  left join core.dim_customer as customer on item.customer_id = customer.customer_id
  where item.as_of_date = $as_of and item.is_overdue and item.open_amount_base > 0
),

ranked as (
  select
    *,
    sum(counted) over owned as items,
    count(*) over owned as rows_in_all,
    sum(open_amount_base) over owned as amount,
    max(days_past_due) over owned as oldest_days,
    sum(case when days_past_due > 90 then open_amount_base else 0 end) over owned as old_amount,
    row_number() over (
      partition by collector_id order by open_amount_base desc, invoice_id asc, instalment_seq asc
    ) as place
  from overdue
  window owned as (partition by collector_id)
)

select
  collector_id,
  owner_id,
  invoice_id,
  instalment_seq,
  customer_name,
  customer_id,
  due_date,
  days_past_due,
  bucket,
  open_amount_base,
  is_disputed,
  unallocated_of_customer,
  items,
  rows_in_all,
  amount,
  oldest_days,
  old_amount,
  load_id
from ranked
where place <= $held_rows
order by collector_id, place
