-- what each person's deals and invoices ask for by the next working day: agreed next steps, deals
-- that are to close, invoices that have fallen due since the last working day; the oldest first
with asked as (
  select
    deal.owner_id as employee_id,
    'step' as kind,
    deal.next_step_date as due_date,
    deal.opportunity_id,
    cast(null as varchar) as invoice_id,
    deal.name,
    deal.customer_name,
    deal.next_step,
    deal.amount_base as amount,
    deal._load
  from mart.deal_attention as deal
  where deal.next_step_date <= cast($next_working_day as date)
  union all
  select
    deal.owner_id as employee_id,
    'close' as kind,
    deal.expected_close_date as due_date,
    deal.opportunity_id,
    cast(null as varchar) as invoice_id,
    deal.name,
    deal.customer_name,
    cast(null as varchar) as next_step,
    deal.amount_base as amount,
    deal._load
  from mart.deal_attention as deal
  where deal.expected_close_date <= cast($next_working_day as date)
  union all
  select
    item.collector_id as employee_id,
    'invoice' as kind,
    item.due_date,
    cast(null as varchar) as opportunity_id,
    item.invoice_id,
    cast(null as varchar) as name,
    customer.name as customer_name,
    cast(null as varchar) as next_step,
    item.open_amount_base as amount,
    invoice._load
  from mart.receivable_item as item
  left join core.fct_invoice as invoice on item.invoice_id = invoice.invoice_id
  left join core.dim_customer as customer on item.customer_id = customer.customer_id
  where
    item.as_of_date = $as_of
    and item.due_date > cast($working_day as date)
    and item.due_date <= cast($next_working_day as date)
    and item.open_amount_base > 0
)

select
  asked.employee_id,
  asked.kind,
  asked.due_date,
  asked.opportunity_id,
  asked.invoice_id,
  asked.name,
  asked.customer_name,
  asked.next_step,
  asked.amount,
  asked._load as load_id,
  count(*) over owned as asked,
  sum(case when asked.due_date <= cast($as_of as date) then 1 else 0 end) over owned as late,
  row_number() over (
    partition by asked.employee_id
    order by
      asked.due_date asc, asked.amount desc nulls last, asked.kind asc, asked.opportunity_id asc,
      asked.invoice_id asc
  ) as place
from asked
window owned as (partition by asked.employee_id)
qualify place <= $held_rows
order by asked.employee_id, place
