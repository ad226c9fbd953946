-- the lines of open months in all ledgers, the newest month first, and one more than a sheet shows; which
-- they are is told before anything else of them is read
with newest as (
  select
    line_id,
    payee_id,
    posted_period,
    ledger
  from commission.booked_line
  where not is_closed
  order by posted_period desc, payee_id asc, ledger asc, line_id asc
  limit $sheet_rows + 1
)

select
  line.line_id,
  line.ledger,
  line.payee_id,
  line.period,
  line.posted_period,
  line.credit_date,
  line.source_kind,
  line.source_id,
  line.invoice_id,
  line.plan_id,
  line.plan_version,
  line.component_id,
  line.credit_amount,
  line.split_pct,
  line.cut_pct,
  line.rate,
  case when line.ledger = 'earned' then line.amount end as earned,
  case when line.ledger = 'payable' then line.amount end as payable,
  case when line.ledger = 'held' then line.amount end as held,
  case when line.ledger = 'paid' then line.amount end as paid,
  line.cause,
  line.reverses_line_id
from newest
inner join mart.commission_line as line on newest.line_id = line.line_id
order by line.posted_period desc, line.payee_id asc, line.ledger asc, line.line_id asc
