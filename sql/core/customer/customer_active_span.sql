-- table: core.customer_active_span
-- grain: one row per customer and span of days in which it was active
-- key:   customer_id, valid_from
-- why:   a customer is active while a contract runs and for the window that policy gives after each
--        order; overlapping times are one span, and a gap is a loss
with stretch as (
  select
    contract.customer_id,
    coalesce(staged.start_date, contract.signed_date) as valid_from,
    coalesce(
      cast(staged.end_date + interval 1 day as date),
      cast(contract.signed_date + term.customer_active_days * interval 1 day as date)
    ) as valid_before
  from core.fct_contract as contract
  inner join staging.contract as staged on contract.contract_id = staged.contract_id
  cross join policy.term as term
  -- not `union all`: of equal times neither is the first
  union
  select
    placed.customer_id,
    placed.order_date as valid_from,
    cast(placed.order_date + term.customer_active_days * interval 1 day as date) as valid_before
  from core.fct_order as placed
  cross join policy.term as term
),

ordered as (
  select
    customer_id,
    valid_from,
    valid_before,
    max(valid_before) over (
      partition by customer_id order by valid_from, valid_before
      rows between unbounded preceding and 1 preceding
    ) as before_now
  from stretch
  where valid_from < valid_before
),

numbered as (
  select
    customer_id,
    valid_from,
    valid_before,
    sum(case when before_now >= valid_from then 0 else 1 end) over (
      partition by customer_id order by valid_from, valid_before
      rows between unbounded preceding and current row
    ) as island
  from ordered
),

island as (
  select
    customer_id,
    min(valid_from) as valid_from,
    max(valid_before) as valid_before
  from numbered
  group by customer_id, island
)

select
  island.customer_id,
  customer.owner_id,
  coalesce(customer.segment, '(none)') as segment,
  island.valid_from,
  island.valid_before,
  customer._load,
  customer._line
from island
inner join core.dim_customer as customer on island.customer_id = customer.customer_id
