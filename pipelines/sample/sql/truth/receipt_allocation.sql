-- grain: one row per receipt and invoice
-- why:   which invoice a receipt settles and since when
with paid as (
  select
    payment.*,
    payment.customer_no * 10000 + (payment.pay_date - date '2024-11-01') as receipt_day_key
  from payment
),

matched as (
  select
    paid.*,
    receipt.receipt_no,
    receipt.received_date,
    receipt.cleared_date
  from paid
  inner join receipt on paid.receipt_day_key = receipt.receipt_day_key
  union all
  select
    paid.*,
    receipt.receipt_no,
    receipt.received_date,
    receipt.cleared_date
  from paid
  inner join receipt on paid.receipt_day_key = receipt.replaces_day_key
),

joined as (
  -- payments on several instalments that fall on one day are one allocation
  select
    receipt_no,
    invoice_key,
    invoice_no,
    case when min(seq) = max(seq) then min(seq) end as seq,
    received_date,
    cleared_date,
    min(payment_key) as payment_key,
    sum(paid_cents)::bigint as amount_cents
  from matched
  group by receipt_no, invoice_key, invoice_no, received_date, cleared_date
)

select
  receipt_no,
  invoice_key,
  invoice_no,
  seq,
  amount_cents,
  greatest(received_date, coalesce(cleared_date, received_date))
  + roll('allocation', receipt_no, 3)::int as allocated_date
from joined
where
  greatest(received_date, coalesce(cleared_date, received_date))
  + roll('allocation', receipt_no, 3)::int <= getvariable('last_day')
