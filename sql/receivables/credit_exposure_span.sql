-- table: receivables.credit_exposure_span
-- grain: one row per customer with a limit and span of days with one exposure
-- key:   customer_id, valid_from
-- why:   what a customer owes and has ordered without an invoice yet, beside the credit limit; the days
--        above it are core.credit_breach_span. An invoice takes from its order what it bills, never more
with customer as (
  select
    customer_id,
    owner_id,
    segment,
    credit_limit,
    _load,
    _line
  from core.dim_customer
  where credit_limit is not null
),

billed as (
  select
    order_id,
    invoice_date,
    sum(net_amount_base) as amount
  from core.fct_invoice
  where order_id is not null
  group by order_id, invoice_date
),

billed_so_far as (
  select
    order_id,
    invoice_date,
    sum(amount) over so_far as amount,
    amount as last_amount
  from billed
  window so_far as (
    partition by order_id order by invoice_date rows between unbounded preceding and current row
  )
),

movement as (
  select
    customer_id,
    valid_from as moved_date,
    open_amount_base as amount
  from receivables.open_item_span
  union all
  select
    customer_id,
    valid_before as moved_date,
    -open_amount_base as amount
  from receivables.open_item_span
  union all
  select
    customer_id,
    order_date as moved_date,
    coalesce(net_amount_base, 0) as amount
  from core.fct_order
  union all
  select
    placed.customer_id,
    greatest(billed_so_far.invoice_date, placed.order_date) as moved_date,
    greatest(placed.net_amount_base - greatest(billed_so_far.amount, 0), 0)
    - greatest(placed.net_amount_base - greatest(billed_so_far.amount - billed_so_far.last_amount, 0), 0)
      as amount
  from billed_so_far
  inner join core.fct_order as placed on billed_so_far.order_id = placed.order_id
  where placed.net_amount_base > 0
),

day as (
  select
    movement.customer_id,
    movement.moved_date,
    sum(movement.amount) as amount
  from movement
  inner join customer on movement.customer_id = customer.customer_id
  cross join core.parameter as parameter
  where movement.moved_date <= parameter.as_of_date
  group by movement.customer_id, movement.moved_date
),

exposed as (
  select
    customer_id,
    moved_date as valid_from,
    coalesce(
      lead(moved_date) over (partition by customer_id order by moved_date), date '9999-12-31'
    ) as valid_before,
    sum(amount) over (
      partition by customer_id order by moved_date rows between unbounded preceding and current row
    ) as exposure_base
  from day
)

select
  exposed.customer_id,
  customer.owner_id,
  customer.segment,
  exposed.valid_from,
  exposed.valid_before,
  cast(exposed.exposure_base as decimal(18, 4)) as exposure_base,
  customer.credit_limit,
  customer._load,
  customer._line
from exposed
inner join customer on exposed.customer_id = customer.customer_id
