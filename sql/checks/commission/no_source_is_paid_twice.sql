-- check:    no_source_is_paid_twice
-- guards:   mart.commission_line
-- severity: block
-- zh:       同一来源不会在任何期间重复计提
-- en:       no source is credited to a payee twice, whatever the month
-- effect_zh: 同一笔回款可能计了两次提成：提成可能偏高。
-- effect_en: One payment may be paid commission on twice: commission may be too high.
-- asks:     finance
-- why:      a receipt entered again under another number, or an invoice credited beyond its amount, would
--           pay commission twice
with credited as (
  select
    line.payee_id,
    line.component_id,
    line.invoice_id,
    sum(line.credit_amount) as credited,
    string_agg(distinct line.posted_period, ', ') as periods
  from mart.commission_line as line
  where line.ledger = 'earned' and line.invoice_id is not null and line.source_kind in ('receipt', 'bounce')
  group by line.payee_id, line.component_id, line.invoice_id
)

select
  credited.payee_id,
  credited.component_id,
  credited.invoice_id,
  credited.credited,
  invoice.net_amount_base,
  concat(
    'invoice ', credited.invoice_id, ' is credited to ', credited.payee_id, ' with ',
    cast(credited.credited as varchar), ' of ', cast(invoice.net_amount_base as varchar), ' (',
    credited.periods, ')'
  ) as problem
from credited
inner join core.fct_invoice as invoice on credited.invoice_id = invoice.invoice_id
-- a note without an invoice is below nothing, and may be paid back in part
where credited.credited > greatest(invoice.net_amount_base, 0) + cast(0.01 as decimal(3, 2))
