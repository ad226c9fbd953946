-- grain: one row per payee and allocated receipt
-- why:   what payroll counts: cash received net of VAT, in cents of CNY at the invoice's rate.
--        Net and shares are taken from running totals, so the parts add up to the whole.
with cleared as (
  select
    allocation.receipt_no,
    allocation.invoice_no,
    allocation.allocated_date,
    allocation.amount_cents,
    invoice.deal_no,
    invoice.owner_no,
    invoice.net_cents,
    invoice.gross_cents,
    coalesce(rate.rate_units, 10000) as rate_units,
    sum(allocation.amount_cents) over (
      partition by allocation.invoice_no
      order by allocation.allocated_date, allocation.receipt_no
      rows unbounded preceding
    )::bigint as running_cents
  from receipt_allocation as allocation
  inner join invoice on allocation.invoice_no = invoice.invoice_no
  inner join receipt on allocation.receipt_no = receipt.receipt_no
  left join fx_rate as rate
    on invoice.currency = rate.currency and invoice.invoice_date = rate.rate_date
  where receipt.cleared_date is not null and not receipt.is_bounced
),

net as (
  select
    *,
    (
      share_of(running_cents, net_cents, gross_cents)
      - share_of(running_cents - amount_cents, net_cents, gross_cents)
    ) * rate_units // 10000 as credit_cents
  from cleared
),

payee as (
  select
    deal_no,
    employee_no,
    pct_hundredths,
    sum(pct_hundredths) over (
      partition by deal_no order by employee_id(employee_no) rows unbounded preceding
    )::bigint as pct_to
  from deal_split
  where kind = 'split'
),

shared as (
  select
    net.receipt_no,
    net.invoice_no,
    net.allocated_date,
    coalesce(payee.employee_no, net.owner_no) as employee_no,
    case
      when payee.deal_no is null then net.credit_cents
      else
        share_of(net.credit_cents, payee.pct_to, 10000)
        - share_of(net.credit_cents, payee.pct_to - payee.pct_hundredths, 10000)
    end as credit_cents
  from net
  left join payee on net.deal_no = payee.deal_no
)

select shared.*
from shared
inner join assignment
  on
    shared.employee_no = assignment.employee_no
    and assignment.role = 'rep'
    and shared.allocated_date >= assignment.valid_from
    and shared.allocated_date <= coalesce(assignment.valid_to, date '9999-12-31')
