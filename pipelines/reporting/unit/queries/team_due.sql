-- what each person's deals and invoices ask for by the next working day: agreed next steps, deals
-- that are to close, invoices that fall due; each person's most urgent and largest first
with asked as (
  select
    deal.owner_id as employee_id,
    case when deal.next_step_date <= cast($next_working_day as date) then 'step' else 'close' end as kind,
    case
      when deal.next_step_date <= cast($next_working_day as date) then deal.next_step_date
      else deal.expected_close_date
    end as due_date,
    deal.opportunity_id,
    cast(null as varchar) as invoice_id,
    deal.name,
    deal.customer_name,
    deal.next_step,
    deal.amount_base as amount,
    load.record_url
  from mart.deal_attention as deal
  left join mart.load as load on deal._load = load.load_id
  where
    deal.next_step_date <= cast($next_working_day as date)
    or deal.expected_close_date <= cast($next_working_day as date)
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
    cast(null as varchar) as record_url
  from mart.receivable_item as item
  left join core.dim_customer as customer on item.customer_id = customer.customer_id
  where
    item.as_of_date = $as_of
    and item.due_date > cast($as_of as date)
    and item.due_date <= cast($next_working_day as date)
    and item.open_amount_base > 0
)

select
  employee_id,
  kind,
  due_date,
  opportunity_id,
  invoice_id,
  name,
  customer_name,
  next_step,
  amount,
  record_url,
  count(*) over owned as asked,
  row_number() over (
    partition by employee_id
    order by due_date asc, amount desc nulls last, kind asc, opportunity_id asc, invoice_id asc
  ) as place
from asked
window owned as (partition by employee_id)
qualify place <= $held_rows
order by employee_id, place
