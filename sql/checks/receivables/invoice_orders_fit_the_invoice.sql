-- check:    invoice_orders_fit_the_invoice
-- guards:   core.invoice_order
-- severity: warn
-- zh:       发票对应各订单的金额合计不超过发票不含税金额
-- en:       what an invoice bills of its orders is no more than its net amount
-- effect_zh: 这些发票的金额按比例分给各订单；各订单的数字是估算。
-- effect_en: Their orders share the invoice in proportion: figures by order are estimates.
-- asks:     finance
-- why:      more than the invoice's net cannot be billed: its orders then share it in proportion
with stated as (
  select
    invoice_id,
    sum(net_amount) as amount,
    min(_load) as _load,
    min(_line) as _line
  from staging.invoice_order
  group by invoice_id
)

select
  stated.invoice_id,
  stated.amount,
  invoice.net_amount,
  load.file,
  stated._line as line,
  concat(
    'invoice ', stated.invoice_id, ' bills ', cast(cast(abs(stated.amount) as decimal(18, 2)) as varchar),
    ' of its orders and is over ', cast(cast(abs(invoice.net_amount) as decimal(18, 2)) as varchar),
    ' net: they share it in proportion'
  ) as problem
from stated
inner join core.fct_invoice as invoice on stated.invoice_id = invoice.invoice_id
left join policy.currency as currency on invoice.currency = currency.currency
left join mart.load as load on stated._load = load.load_id
where (abs(stated.amount) - abs(invoice.net_amount)) * 2 * coalesce(currency.minor_units, 100) >= 1
