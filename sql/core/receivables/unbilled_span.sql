-- table: core.unbilled_span
-- grain: one row per delivered order and span of days with one amount not invoiced yet
-- key:   order_id, valid_from
-- why:   goods that are with the customer and on no invoice earn nothing and are chased by nobody. An
--        order whose amount is not known is left out
with delivered as (
  select
    order_id,
    customer_id,
    owner_id,
    segment,
    delivered_date,
    net_amount_base,
    _load,
    _line
  from core.fct_order
  where delivered_date is not null and net_amount_base > 0
),

-- what was billed by the day of delivery, and after each invoice since
state as (
  select
    delivered.order_id,
    delivered.delivered_date as valid_from,
    coalesce(sum(billed.amount), 0) as billed_amount
  from delivered
  left join receivables.order_billed as billed
    on delivered.order_id = billed.order_id and delivered.delivered_date >= billed.invoice_date
  group by delivered.order_id, delivered.delivered_date
  union all
  select
    delivered.order_id,
    billed.invoice_date as valid_from,
    billed.amount_to as billed_amount
  from delivered
  inner join receivables.order_billed as billed
    on delivered.order_id = billed.order_id and delivered.delivered_date < billed.invoice_date
),

span as (
  select
    order_id,
    valid_from,
    coalesce(
      lead(valid_from) over (partition by order_id order by valid_from), date '9999-12-31'
    ) as valid_before,
    billed_amount
  from state
)

select
  delivered.order_id,
  delivered.customer_id,
  delivered.owner_id,
  delivered.segment,
  delivered.delivered_date,
  span.valid_from,
  span.valid_before,
  cast(delivered.net_amount_base - greatest(span.billed_amount, 0) as decimal(18, 4)) as unbilled_amount_base,
  delivered._load,
  delivered._line
from span
inner join delivered on span.order_id = delivered.order_id
where delivered.net_amount_base > greatest(span.billed_amount, 0)
