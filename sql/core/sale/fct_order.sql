-- table: core.fct_order
-- grain: one row per order placed up to the day of the report
-- key:   order_id
-- why:   was it entered without error and in time, and delivered when promised; an order past its
--        promise that is not delivered is late
with contract as (
  select
    contract_id,
    signed_at
  from staging.contract
),

sales_order as (
  select
    sales_order.*,
    coalesce(sales_order.currency, parameter.base_currency) as known_currency,
    parameter.base_currency,
    parameter.as_of_end,
    parameter.as_of_date
  from staging.sales_order as sales_order
  cross join core.parameter as parameter
  where
    sales_order.order_date <= parameter.as_of_date
    and coalesce(sales_order.status, 'open') <> 'cancelled'
)

select
  sales_order.order_id,
  sales_order.contract_id,
  sales_order.customer_id,
  sales_order.owner_id,
  coalesce(customer.segment, '(none)') as segment,
  sales_order.order_date,
  case
    when sales_order.entered_at < sales_order.as_of_end then cast(sales_order.entered_at as date)
  end as entered_date,
  case
    when sales_order.promised_date <= sales_order.as_of_date then sales_order.promised_date
  end as promised_date,
  case
    when sales_order.delivered_date <= sales_order.as_of_date then sales_order.delivered_date
  end as delivered_date,
  coalesce(sales_order.delivered_date <= sales_order.promised_date, false) as is_delivered_on_time,
  coalesce(sales_order.has_error, false) as has_error,
  case
    when
      sales_order.entered_at < sales_order.as_of_end and contract.signed_at <= sales_order.entered_at
      then
        date_diff('second', contract.signed_at, sales_order.entered_at) / cast(3600 as double)
  end as processing_hours,
  coalesce(
    sales_order.entered_at
    <= contract.signed_at + term.order_entered_within_hours * interval 1 hour, false
  ) as is_entered_on_time,
  sales_order.known_currency as currency,
  case
    when sales_order.known_currency = sales_order.base_currency then sales_order.net_amount
    else
      cast(round(
        cast(sales_order.net_amount as decimal(24, 4)) * cast(fx.rate_to_base as decimal(14, 8)), 2
      ) as decimal(18, 4))
  end as net_amount_base,
  sales_order._load,
  sales_order._line
from sales_order
cross join policy.term as term
left join contract on sales_order.contract_id = contract.contract_id
left join core.dim_customer as customer on sales_order.customer_id = customer.customer_id
left join core.fx_day as fx
  on sales_order.currency = fx.currency and sales_order.order_date = fx.calendar_date
