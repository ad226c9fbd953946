-- table: core.fct_order_line
-- grain: one row per line of an order placed up to the day of the report
-- key:   order_id, line_no
-- why:   margin by owner and product
with sales_order as (
  select
    sales_order.order_id,
    sales_order.owner_id,
    sales_order.order_date,
    sales_order.customer_id,
    coalesce(sales_order.currency, parameter.base_currency) as currency,
    parameter.base_currency
  from staging.sales_order as sales_order
  cross join core.parameter as parameter
  where
    sales_order.order_date <= parameter.as_of_date
    and coalesce(sales_order.status, 'open') <> 'cancelled'
)

select
  line.order_id,
  line.line_no,
  sales_order.owner_id,
  sales_order.customer_id,
  coalesce(customer.segment, '(none)') as segment,
  sales_order.order_date,
  line.product_id,
  coalesce(product.category, '(none)') as product_category,
  coalesce(product.is_key_product, false) as is_key_product,
  line.quantity,
  case
    when sales_order.currency = sales_order.base_currency then line.net_amount
    else
      cast(round(
        cast(line.net_amount as decimal(24, 4)) * cast(fx.rate_to_base as decimal(14, 8)), 2
      ) as decimal(18, 4))
  end as net_amount_base,
  case
    when sales_order.currency = sales_order.base_currency then line.cost_amount
    else
      cast(round(
        cast(line.cost_amount as decimal(24, 4)) * cast(fx.rate_to_base as decimal(14, 8)), 2
      ) as decimal(18, 4))
  end as cost_amount_base,
  line._load,
  line._line
from staging.sales_order_line as line
inner join sales_order on line.order_id = sales_order.order_id
left join core.dim_customer as customer on sales_order.customer_id = customer.customer_id
left join staging.product as product on line.product_id = product.product_id
left join core.fx_day as fx
  on sales_order.currency = fx.currency and sales_order.order_date = fx.calendar_date
