-- check:    foreign_amounts_have_a_rate
-- guards:   core.fct_invoice
-- severity: block
-- zh:       外币单据在当日有汇率
-- en:       every foreign document has a rate on its day
-- effect_zh: 这些单据没有折算成本位币：合计偏低。
-- effect_en: These documents have no value in the base currency: totals are too low.
-- asks:     finance
-- why:      without a rate the amount in base currency is unknown, and every total with it
with first_rate as (
  select
    currency,
    min(rate_date) as rate_date
  from staging.fx_rate
  group by currency
)

select
  invoice.invoice_id,
  invoice.currency,
  invoice.invoice_date,
  invoice._load,
  invoice._line,
  load.file,
  invoice._line as line,
  concat(
    'document ', invoice.invoice_id, ' is in ', invoice.currency, ', which has no rate on ',
    cast(invoice.invoice_date as varchar),
    case
      when first_rate.rate_date is null then '; no rate of it was exported'
      else concat('; its first rate is of ', cast(first_rate.rate_date as varchar))
    end
  ) as problem
from core.fct_invoice as invoice
left join first_rate on invoice.currency = first_rate.currency
left join mart.load as load on invoice._load = load.load_id
where invoice.rate_to_base is null
