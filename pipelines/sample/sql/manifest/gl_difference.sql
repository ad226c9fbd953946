-- grain: one row per account and balance date
-- why:   ledger minus readable documents: the real rows the exports made unreadable
with lost as (
  select
    'receivable' as account,
    dirt._date as day,
    null::date as until_day,
    dirt._cents as cents
  from dirt_invoice as dirt
  where dirt._replaces
  union all
  select
    'receivable' as account,
    dirt._date,
    null as until_day,
    -dirt._cents as cents
  from dirt_receipt as dirt
  where dirt._replaces
  union all
  select
    'revenue' as account,
    invoice.invoice_date,
    last_day(invoice.invoice_date) as until_day,
    invoice.net_cents
  from dirt_invoice as dirt
  inner join invoice on dirt._key = invoice.invoice_no
  where dirt._replaces
)

select
  gl_balance.account,
  gl_balance.period_end,
  coalesce(sum(lost.cents), 0)::bigint as difference_cents
from gl_balance
left join lost
  on
    gl_balance.account = lost.account
    and gl_balance.period_end >= lost.day
    and coalesce(lost.until_day, gl_balance.period_end) >= gl_balance.period_end
group by gl_balance.account, gl_balance.period_end
order by gl_balance.account, gl_balance.period_end
