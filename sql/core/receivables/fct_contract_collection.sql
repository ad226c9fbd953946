-- table: core.fct_contract_collection
-- grain: one row per contract signed up to the day of the report
-- key:   contract_id
-- why:   how much of what was signed has come in, with VAT on both sides
with billed as (
  select
    invoice.invoice_id,
    coalesce(invoice.contract_id, placed.contract_id) as contract_id
  from core.fct_invoice as invoice
  left join core.fct_order as placed on invoice.order_id = placed.order_id
),

collected as (
  select
    billed.contract_id,
    sum(collection.amount_base) as amount
  from core.fct_collection as collection
  inner join billed on collection.invoice_id = billed.invoice_id
  where billed.contract_id is not null
  group by billed.contract_id
)

select
  contract.contract_id,
  contract.customer_id,
  contract.owner_id,
  contract.segment,
  contract.signed_date,
  contract.net_amount_base
  + case
    when contract.currency = parameter.base_currency then coalesce(staged.tax_amount, 0)
    else
      cast(round(
        cast(coalesce(staged.tax_amount, 0) as decimal(24, 4))
        * cast(fx.rate_to_base as decimal(14, 8)), 2
      ) as decimal(18, 4))
  end as gross_amount_base,
  coalesce(collected.amount, 0) as collected_amount_base,
  contract._load,
  contract._line
from core.fct_contract as contract
inner join staging.contract as staged on contract.contract_id = staged.contract_id
cross join core.parameter as parameter
left join collected on contract.contract_id = collected.contract_id
left join core.fx_day as fx
  on contract.currency = fx.currency and contract.signed_date = fx.calendar_date
