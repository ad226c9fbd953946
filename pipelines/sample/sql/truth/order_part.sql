-- grain: one row per contract and order
-- why:   a fifth of the contracts are called off in two orders
with planned as (
  select
    contract.*,
    lines.line_count,
    case when lines.line_count >= 2 and chance('two orders', contract.deal_key) < 0.3 then 2 else 1 end
      as parts
  from contract
  inner join (
    select
      deal_key,
      count(*) as line_count
    from deal_line
    group by deal_key
  ) as lines on contract.deal_key = lines.deal_key
),

part as (
  select
    *,
    unnest(range(1, parts + 1))::int as part_no
  from planned
),

timed as (
  select
    *,
    deal_key * 2 + part_no as order_key,
    signed_at + to_minutes(case
      when part_no = 2 then 60 * 24 * (20 + roll('call-off', deal_key, 50))
      when chance('entered quickly', deal_key) < 0.72
        then 30 + roll('entry', deal_key, 1350)
      else 1441 + (wait('entry days', deal_key) * 2500)::bigint
    end) as entered_at
  from part
),

promised as (
  select
    *,
    entered_at::date + (
      [18, 25, 22, 10, 55, 6, 8][category_no] + roll('promise', order_key, 12)
    )::int as promised_date
  from timed
  where entered_at <= getvariable('last_day')::timestamp + interval 20 hour
),

delivered as (
  select
    *,
    promised_date + case
      when chance('late delivery', order_key) < 0.83 then -roll('early by', order_key, 5)
      else 1 + (wait('late by', order_key) * 6)::int
    end::int as would_deliver_date,
    chance('cancelled', order_key) < 0.008 as is_cancelled
  from promised
)

select
  order_key,
  deal_key,
  deal_no,
  contract_no,
  part_no,
  parts,
  customer_no,
  owner_no,
  currency,
  category_no,
  row_number() over (order by entered_at, order_key)::bigint as order_no,
  date_trunc('minute', entered_at) as entered_at,
  promised_date,
  case
    when not is_cancelled and would_deliver_date <= getvariable('last_day')
      then greatest(would_deliver_date, entered_at::date + 1)
  end as delivered_date,
  is_cancelled,
  chance('mistake', order_key) < 0.045 as has_error
from delivered
