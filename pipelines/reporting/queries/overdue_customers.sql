-- what each customer owes on the day of the report, the largest overdue first
select
  item.customer_id,
  customer.name as customer_name,
  customer.owner_id,
  customer.region,
  count(*) as items,
  sum(item.open_amount_base) as outstanding,
  sum(case when item.days_past_due > 0 then item.open_amount_base else 0 end) as overdue,
  sum(case when item.days_past_due > 90 then item.open_amount_base else 0 end) as over_90,
  max(case when item.open_amount_base > 0 then item.days_past_due end) as oldest_days
from mart.receivable_item as item
left join core.dim_customer as customer on item.customer_id = customer.customer_id
where item.as_of_date = $as_of
group by item.customer_id, customer.name, customer.owner_id, customer.region
order by overdue desc, outstanding desc, item.customer_id asc
