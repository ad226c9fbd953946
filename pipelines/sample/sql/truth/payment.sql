-- grain: one row per amount a customer pays on an invoice (or an instalment of it)
-- why:   customers pay early, on time, late, very late or hardly ever; some in two parts
with due as (
  select
    invoice.invoice_key,
    invoice.invoice_no,
    null::int as seq,
    invoice.due_date,
    case
      when invoice.credited_cents = 0 then invoice.gross_cents
      when invoice.credited_cents = invoice.gross_cents then 0
      -- most subtract the credit note, some pay in full and leave it open
      when chance('subtracts', invoice.invoice_key) < 0.7
        then invoice.gross_cents - invoice.credited_cents
      else invoice.gross_cents
    end as amount_cents,
    invoice.customer_no,
    invoice.currency,
    invoice.pays,
    invoice.pays_in_batches,
    invoice.is_disputed,
    invoice.invoice_date
  from invoice
  where invoice.kind = 'invoice' and invoice.status = 'posted' and not invoice.has_instalments
  union all
  select
    invoice.invoice_key,
    invoice.invoice_no,
    part.seq,
    part.due_date,
    part.amount_cents,
    invoice.customer_no,
    invoice.currency,
    invoice.pays,
    invoice.pays_in_batches,
    invoice.is_disputed,
    invoice.invoice_date
  from invoice_instalment as part
  inner join invoice on part.invoice_key = invoice.invoice_key
),

keyed as (
  select
    *,
    invoice_key * 4 + coalesce(seq, 0) as due_key
  from due
  where amount_cents > 0
),

delayed as (
  select
    *,
    greatest(invoice_date + 1, due_date + case pays
      when 'early' then -roll('delay', due_key, 14)
      when 'on_time' then roll('delay', due_key, 9) - 4
      when 'late' then 4 + roll('delay', due_key, 44)
      when 'very_late' then 32 + roll('delay', due_key, 85)
      else 60 + roll('delay', due_key, 200)
    end::int + case when is_disputed then 40 + roll('dispute', due_key, 120)::int else 0 end)
      as first_date,
    pays = 'rarely' and chance('never', invoice_key) < 0.72 as is_never,
    chance('two payments', due_key) < 0.10 as is_split
  from keyed
),

paid as (
  select
    due_key * 2 as payment_key,
    *,
    first_date as pay_date,
    case
      when is_split and currency = 'CNY' then share_of(amount_cents, 70, 100)
      when is_split then greatest(10000, share_of(amount_cents, 70, 1000000) * 10000)
      -- a bank charge or a cent is left open now and then
      when currency = 'CNY' and chance('cent', due_key) < 0.006 then amount_cents - 1
      when currency = 'CNY' and chance('charge', due_key) < 0.008 and amount_cents > 50000
        then amount_cents - 1500
      else amount_cents
    end as paid_cents
  from delayed
  where not is_never
  union all
  select
    due_key * 2 + 1 as payment_key,
    *,
    first_date + 10 + roll('second payment', due_key, 35)::int as pay_date,
    case
      when currency = 'CNY' then amount_cents - share_of(amount_cents, 70, 100)
      else amount_cents - greatest(10000, share_of(amount_cents, 70, 1000000) * 10000)
    end as paid_cents
  from delayed
  where not is_never and is_split and chance('second comes', due_key) < 0.92
)

select
  payment_key,
  invoice_key,
  invoice_no,
  seq,
  customer_no,
  currency,
  invoice_date,
  -- customers that pay in batches do so on the 25th
  case
    when pays_in_batches and day(pay_date) <= 25 then date_trunc('month', pay_date)::date + 24
    when pays_in_batches then (date_trunc('month', pay_date) + interval 1 month)::date + 24
    else pay_date
  end as pay_date,
  paid_cents
from paid
where paid_cents > 0
