-- grain: one row per account and balance date (month ends and the last day)
-- why:   the general ledger the sub-ledger has to tie to; computed from the true documents, the
--        unreadable ones of the exports included. Base amounts are exact: abroad, amounts are whole
--        hundreds and rates have four decimals.
with balance_date as (
    select last_day as day, first_day from month where last_day < getvariable('last_day')
    union all
    select getvariable('last_day'), date_trunc('month', getvariable('last_day'))::date
),

rate as (
    select currency, rate_date, rate_units from fx_rate
    union all
    select 'CNY', day, 10000 from calendar
),

invoiced as (
    select
        invoice.invoice_date as day,
        case invoice.kind when 'invoice' then 1 else -1 end
        * invoice.gross_cents * rate.rate_units // 10000 as base_cents
    from invoice
    inner join rate on rate.currency = invoice.currency and rate.rate_date = invoice.invoice_date
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
    inner join rate on rate.currency = receipt.currency and rate.rate_date = receipt.received_date
),

revalued as (
    -- from its allocation on, the allocated part counts at the invoice's rate
    select
        allocation.allocated_date as day,
        receipt.bounced_date,
        allocation.amount_cents * (own.rate_units - other.rate_units) // 10000 as base_cents
    from receipt_allocation as allocation
    inner join invoice on invoice.invoice_key = allocation.invoice_key
    inner join receipt on receipt.receipt_no = allocation.receipt_no
    inner join rate as own on own.currency = invoice.currency and own.rate_date = invoice.invoice_date
    inner join rate as other on other.currency = receipt.currency and other.rate_date = receipt.received_date
    where receipt.currency <> 'CNY'
),

movement as (
    select day, base_cents from invoiced
    union all
    select received_date, -base_cents from received
    union all
    select bounced_date, base_cents from received where bounced_date is not null
    union all
    select day, -base_cents from revalued
    union all
    select bounced_date, base_cents from revalued where bounced_date is not null
    union all
    select written_off_date, -amount_cents from write_off
),

by_day as (
    select day, sum(base_cents)::bigint as base_cents from movement group by day
),

turnover as (
    select
        invoice.invoice_date as day,
        sum(
            case invoice.kind when 'invoice' then 1 else -1 end
            * invoice.net_cents * rate.rate_units // 10000
        )::bigint as base_cents
    from invoice
    inner join rate on rate.currency = invoice.currency and rate.rate_date = invoice.invoice_date
    where invoice.status = 'posted'
    group by invoice.invoice_date
)

select 'receivable' as account, balance_date.day as period_end,
    coalesce(sum(by_day.base_cents), 0)::bigint as balance_cents
from balance_date
left join by_day on by_day.day <= balance_date.day
group by balance_date.day
union all
select 'revenue', balance_date.day, coalesce(sum(turnover.base_cents), 0)::bigint
from balance_date
left join turnover on turnover.day between balance_date.first_day and balance_date.day
group by balance_date.day
