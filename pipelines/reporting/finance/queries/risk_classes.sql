-- open invoices by risk class, and receipts not yet allocated to an invoice
select
  case when open_amount < 0 then 'unallocated' else risk_class end as risk_class,
  count(*) as items,
  count(distinct customer_id) as customers,
  sum(open_amount_base) as amount
from mart.receivable_item
where as_of_date = $as_of
group by case when open_amount < 0 then 'unallocated' else risk_class end
