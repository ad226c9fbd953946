-- table: core.fct_customer
-- kind:  view
-- grain: one row per customer, as it is on the day of the report
-- key:   customer_id
-- why:   health scores have no history of their own: they are those of the newest export
select
  customer.customer_id,
  parameter.as_of_date,
  customer.name,
  customer.owner_id,
  coalesce(customer.segment, '(none)') as segment,
  customer.health_score,
  customer.credit_limit,
  customer._load,
  customer._line
from core.dim_customer as customer
cross join core.parameter as parameter
-- one that has ended is still a customer on the days before
where customer.ended_on is null or customer.ended_on > parameter.as_of_date
