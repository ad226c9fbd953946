-- grain: one row per invoice and instalment
-- why:   30 % at once, 60 % after 60 days, 10 % retention after 180 days; parts add up to the gross
with part (seq, from_pct, to_pct, after_days) as (
  values (1, 0, 30, 0), (2, 30, 90, 60), (3, 90, 100, 180)
)

select
  invoice.invoice_key,
  invoice.invoice_no,
  part.seq,
  invoice.invoice_date + part.after_days as due_date,
  share_of(invoice.gross_cents, part.to_pct, 100) - share_of(invoice.gross_cents, part.from_pct, 100)
    as amount_cents
from invoice
inner join part on invoice.has_instalments
