-- table: core.fct_order_line
-- grain: one row per line of an order placed up to the day of the report
-- key:   order_id, line_no
-- why:   margin by owner and product. A line without a cost has that of its product, in base currency, by
--        its quantity; with neither the cost is not known, and is not nothing
select
  line.order_id,
  line.line_no,
  sales_order.owner_id,
  sales_order.customer_id,
  sales_order.segment,
  sales_order.order_date,
  line.product_id,
  coalesce(product.category, '(none)') as product_category,
  coalesce(product.is_key_product, false) as is_key_product,
  line.quantity,
  case
    when sales_order.currency = parameter.base_currency then line.net_amount
    else
      cast(round(
        cast(line.net_amount as decimal(24, 4)) * cast(fx.rate_to_base as decimal(14, 8)), 2
      ) as decimal(18, 4))
  end as net_amount_base,
  case
    when line.cost_amount is null
      then
        cast(round(
          cast(product.unit_cost as decimal(18, 4)) * cast(line.quantity as decimal(18, 4)), 2
        ) as decimal(18, 4))
    when sales_order.currency = parameter.base_currency then line.cost_amount
    else
      cast(round(
        cast(line.cost_amount as decimal(24, 4)) * cast(fx.rate_to_base as decimal(14, 8)), 2
      ) as decimal(18, 4))
  end as cost_amount_base,
  line._load,
  line._line
from staging.sales_order_line as line
inner join core.fct_order as sales_order on line.order_id = sales_order.order_id
cross join core.parameter as parameter
left join staging.product as product on line.product_id = product.product_id
left join core.fx_day as fx
  on sales_order.currency = fx.currency and sales_order.order_date = fx.calendar_date
