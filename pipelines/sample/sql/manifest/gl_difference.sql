-- grain: one row per account and balance date
-- why:   ledger minus readable documents: the real rows the exports made unreadable
with lost as (
    select 'receivable' as account, dirt._date as day, null::date as until_day, dirt._cents as cents
    from dirt_invoice as dirt
    where dirt._replaces
    union all
    select 'receivable', dirt._date, null, -dirt._cents
    from dirt_receipt as dirt
    where dirt._replaces
    union all
    select 'revenue', invoice.invoice_date, last_day(invoice.invoice_date), invoice.net_cents
    from dirt_invoice as dirt
    inner join invoice on invoice.invoice_no = dirt._key
    where dirt._replaces
)

select
    gl_balance.account,
    gl_balance.period_end,
    coalesce(sum(lost.cents), 0)::bigint as difference_cents
from gl_balance
left join lost
    on lost.account = gl_balance.account
    and lost.day <= gl_balance.period_end
    and coalesce(lost.until_day, gl_balance.period_end) >= gl_balance.period_end
group by gl_balance.account, gl_balance.period_end
order by gl_balance.account, gl_balance.period_end
