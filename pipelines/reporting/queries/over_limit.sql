-- customers whose open receivables alone exceed their credit limit
select
  item.customer_id,
  customer.name as customer_name,
  customer.owner_id,
  customer.credit_limit,
  sum(item.open_amount_base) as outstanding
from mart.receivable_item as item
inner join core.dim_customer as customer on item.customer_id = customer.customer_id
where item.as_of_date = $as_of and customer.credit_limit is not null
group by item.customer_id, customer.name, customer.owner_id, customer.credit_limit
having sum(item.open_amount_base) > customer.credit_limit
order by sum(item.open_amount_base) - customer.credit_limit desc, item.customer_id
