-- grain: one row per receipt
-- why:   payments of a customer on one day are one receipt; bills and cheques may bounce and be
--        replaced; some money comes in advance and stays unallocated
with first_round as (
  select
    customer_no,
    currency,
    pay_date,
    1 as round_no,
    sum(paid_cents)::bigint as paid_cents
  from payment
  where pay_date <= getvariable('last_day')
  group by customer_no, currency, pay_date
),

keyed as (
  select
    *,
    customer_no * 10000 + (pay_date - date '2024-11-01') as receipt_day_key,
    pick('method', customer_no * 10000 + (pay_date - date '2024-11-01'), [
      'transfer', 'transfer', 'transfer', 'transfer', 'transfer', 'transfer',
      'bill', 'bill', 'cheque', 'transfer'
    ]) as method
  from first_round
),

judged as (
  select
    *,
    case
      when method <> 'transfer' and currency = 'CNY' and chance('bounces', receipt_day_key) < 0.045
        then pay_date + 5 + roll('bounce day', receipt_day_key, 9)::int
    end as bounce_date
  from keyed
),

again as (
  -- most bounced receipts are paid again
  select
    customer_no,
    currency,
    bounce_date + 14 + roll('again', receipt_day_key, 30)::int as pay_date,
    2 as round_no,
    paid_cents,
    receipt_day_key + 500000000000 as receipt_day_key,
    'transfer' as method,
    null::date as bounce_date,
    receipt_day_key as replaces_day_key
  from judged
  where bounce_date <= getvariable('last_day') and chance('pays again', receipt_day_key) < 0.75
),

in_advance as (
  -- money on contracts not invoiced yet, and a few payments nobody can place
  select
    contract.customer_no,
    contract.currency,
    contract.signed_at::date + 2 + roll('advance day', contract.deal_key, 6)::int as pay_date,
    3 as round_no,
    case
      when contract.currency = 'CNY'
        then
          share_of(contract.net_cents, 10 + roll('advance', contract.deal_key, 20), 10000000)
          * 100000
      else share_of(contract.net_cents, 20, 1000000) * 10000
    end as paid_cents,
    contract.deal_key + 800000000000 as receipt_day_key,
    'transfer' as method,
    null::date as bounce_date,
    null::bigint as replaces_day_key
  from contract
  where
    chance('pays ahead', contract.deal_key)
    < case when contract.signed_at >= getvariable('last_day') - 45 then 0.10 else 0.006 end
),

every_receipt as (
  select
    *,
    null::bigint as replaces_day_key
  from judged
  union all by name
  from again
  union all by name
  from in_advance
),

surplus as (
  -- a few customers pay a round sum too much
  select
    *,
    case
      when round_no = 1 and currency = 'CNY' and chance('overpays', receipt_day_key) < 0.008
        then 100000 * (1 + roll('surplus', receipt_day_key, 9))
      else 0
    end as surplus_cents
  from every_receipt
  where pay_date <= getvariable('last_day') and paid_cents > 0
)

select
  row_number() over (order by pay_date, receipt_day_key)::bigint as receipt_no,
  receipt_day_key,
  replaces_day_key,
  customer_no,
  currency,
  round_no,
  pay_date as received_date,
  paid_cents + surplus_cents as amount_cents,
  method,
  bounce_date <= getvariable('last_day') and bounce_date is not null as is_bounced,
  case when bounce_date <= getvariable('last_day') then bounce_date end as bounced_date,
  case
    when bounce_date is not null then null
    when pay_date + clear_days <= getvariable('last_day') then pay_date + clear_days
  end as cleared_date
from (
  select
    *,
    case method
      when 'transfer' then roll('clearing', receipt_day_key, 2)
      when 'cheque' then 2 + roll('clearing', receipt_day_key, 4)
      else 3 + roll('clearing', receipt_day_key, 15)
    end::int as clear_days
  from surplus
) as cleared
