-- table: core.fct_order_product
-- kind:  view
-- grain: one row per order and product in it
-- key:   order_id, product_id
-- why:   a delivery is one order's; by product it counts once for every product it holds
with held as (
  select distinct
    order_id,
    product_id
  from core.fct_order_line
)

select
  held.order_id,
  held.product_id,
  delivery.owner_id,
  delivery.promised_date,
  delivery.is_delivered_on_time,
  delivery.entered_date,
  delivery.has_error,
  delivery._load,
  delivery._line
from held
inner join core.fct_order as delivery on held.order_id = delivery.order_id
