-- grain: one row per account and balance date (month ends and the last day)
-- why:   the general ledger the sub-ledger has to tie to; computed from the true documents, the
--        unreadable ones of the exports included. Base amounts are exact: abroad, amounts are whole
--        hundreds and rates have four decimals.
with balance_date as (
  select
    last_day as day,
    first_day
  from month
  where last_day < getvariable('last_day')
  union all
  select
    getvariable('last_day') as day,
    date_trunc('month', getvariable('last_day'))::date as first_day
),

rate as (
  select
    currency,
    rate_date,
    rate_units
  from fx_rate
  union all
  select
    'CNY' as currency,
    day,
    10000 as rate_units
  from calendar
),

invoiced as (
  select
    invoice.invoice_date as day,
    case invoice.kind when 'invoice' then 1 else -1 end
    * invoice.gross_cents * rate.rate_units // 10000 as base_cents
  from invoice
  inner join rate on invoice.currency = rate.currency and invoice.invoice_date = rate.rate_date
  where invoice.status = 'posted'
),

received as (
  -- a receipt counts at its own day's rate until it is allocated
  select
    receipt.receipt_no,
    receipt.received_date,
    receipt.bounced_date,
    receipt.amount_cents * rate.rate_units // 10000 as base_cents
  from receipt
  inner join rate on receipt.currency = rate.currency and receipt.received_date = rate.rate_date
),

revalued as (
  -- from its allocation on, the allocated part counts at the invoice's rate
  select
    allocation.allocated_date as day,
    receipt.bounced_date,
    allocation.amount_cents * (own.rate_units - other.rate_units) // 10000 as base_cents
  from receipt_allocation as allocation
  inner join invoice on allocation.invoice_key = invoice.invoice_key
  inner join receipt on allocation.receipt_no = receipt.receipt_no
  inner join rate as own on invoice.currency = own.currency and invoice.invoice_date = own.rate_date
  inner join rate as other on receipt.currency = other.currency and receipt.received_date = other.rate_date
  where receipt.currency <> 'CNY'
),

movement as (
  select
    day,
    base_cents
  from invoiced
  union all
  select
    received_date,
    -base_cents as base_cents
  from received
  union all
  select
    bounced_date,
    base_cents
  from received
  where bounced_date is not null
  union all
  select
    day,
    -base_cents as base_cents
  from revalued
  union all
  select
    bounced_date,
    base_cents
  from revalued
  where bounced_date is not null
  union all
  select
    written_off_date,
    -amount_cents as base_cents
  from write_off
),

by_day as (
  select
    day,
    sum(base_cents)::bigint as base_cents
  from movement
  group by day
),

turnover as (
  select
    invoice.invoice_date as day,
    sum(
      case invoice.kind when 'invoice' then 1 else -1 end
      * invoice.net_cents * rate.rate_units // 10000
    )::bigint as base_cents
  from invoice
  inner join rate on invoice.currency = rate.currency and invoice.invoice_date = rate.rate_date
  where invoice.status = 'posted'
  group by invoice.invoice_date
)

select
  'receivable' as account,
  balance_date.day as period_end,
  coalesce(sum(by_day.base_cents), 0)::bigint as balance_cents
from balance_date
left join by_day on balance_date.day >= by_day.day
group by balance_date.day
union all
select
  'revenue' as account,
  balance_date.day,
  coalesce(sum(turnover.base_cents), 0)::bigint as balance_cents
from balance_date
left join turnover on turnover.day between balance_date.first_day and balance_date.day
group by balance_date.day
union all
-- commission as it is earned, and what of it is not yet paid
select
  'commission_expense' as account,
  balance_date.day,
  coalesce(sum(commission_month.earned_cents), 0)::bigint as balance_cents
from balance_date
left join commission_month on balance_date.first_day = commission_month.month_start
group by balance_date.day
union all
select
  'commission_payable' as account,
  balance_date.day,
  (
    coalesce((
      select sum(month.earned_cents) from commission_month as month
      where month.month_start <= balance_date.day
    ), 0)
    - coalesce((
      select sum(paid.paid_cents) from payroll_commission as paid
      where paid.kind is distinct from 'missing_month' and paid.paid_date <= balance_date.day
    ), 0)
  )::bigint as balance_cents
from balance_date
