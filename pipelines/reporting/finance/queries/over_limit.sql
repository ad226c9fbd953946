-- customers whose open receivables and uninvoiced orders exceed their credit limit
select
  breach.customer_id,
  customer.name as customer_name,
  breach.owner_id,
  breach.credit_limit,
  breach.exposure_base as outstanding,
  breach.valid_from
from core.credit_breach_span as breach
left join core.dim_customer as customer on breach.customer_id = customer.customer_id
where breach.valid_from <= $as_of and breach.valid_before > $as_of
order by breach.exposure_base - breach.credit_limit desc, breach.customer_id
