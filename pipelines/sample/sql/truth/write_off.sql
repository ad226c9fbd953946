-- grain: one row per invoice written off
-- why:   debts long overdue on which nothing was ever paid
select
  invoice.invoice_key,
  invoice.invoice_no,
  invoice.customer_no,
  invoice.due_date + 125 + roll('write-off day', invoice.invoice_key, 110)::int as written_off_date,
  invoice.gross_cents as amount_cents,
  pick('write-off reason', invoice.invoice_key, ['客户破产', '诉讼无法执行', '长期失联', '和解减免'])
    as reason
from invoice
left join receipt_allocation as allocation on invoice.invoice_key = allocation.invoice_key
where
  invoice.kind = 'invoice' and invoice.status = 'posted' and invoice.currency = 'CNY'
  and invoice.pays = 'rarely' and invoice.credited_cents = 0 and not invoice.has_instalments
  and allocation.invoice_key is null
  and chance('written off', invoice.invoice_key) < 0.75
  and invoice.due_date + 125 + roll('write-off day', invoice.invoice_key, 110)::int
  <= getvariable('last_day')
