-- table: core.fct_first_order
-- grain: one row per customer with an order
-- key:   customer_id
-- why:   who bought again within the time policy gives; a first order too young has no verdict yet
with ordered as (
  select
    order_id,
    customer_id,
    owner_id,
    segment,
    order_date,
    row_number() over (partition by customer_id order by order_date, order_id) as position,
    lead(order_date) over (partition by customer_id order by order_date, order_id) as second_date,
    _load,
    _line
  from core.fct_order
)

select
  ordered.customer_id,
  ordered.order_id,
  ordered.owner_id,
  ordered.segment,
  ordered.order_date as first_date,
  ordered.second_date,
  coalesce(
    ordered.second_date <= ordered.order_date + term.repeat_within_days * interval 1 day, false
  ) as is_repeated,
  ordered.order_date + term.repeat_within_days * interval 1 day <= parameter.as_of_date as is_mature,
  ordered._load,
  ordered._line
from ordered
cross join core.parameter as parameter
cross join policy.term as term
where ordered.position = 1
