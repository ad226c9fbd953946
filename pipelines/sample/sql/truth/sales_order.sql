-- grain: one row per order
-- why:   the order with the sum of its lines
with total as (
  select
    order_key,
    sum(net_cents)::bigint as net_cents
  from order_line
  group by order_key
)

select
  part.*,
  total.net_cents,
  case
    when part.is_cancelled then 'cancelled'
    when part.delivered_date is not null then 'delivered'
    else 'open'
  end as status
from order_part as part
inner join total on part.order_key = total.order_key
