-- table: core.fct_contract
-- grain: one row per contract signed up to the day of the report
-- key:   contract_id
-- why:   contract amount, and whether the customer is new with it
with contract as (
  select
    contract.contract_id,
    contract.opportunity_id,
    contract.customer_id,
    contract.owner_id,
    contract.type,
    contract.net_amount,
    coalesce(contract.compliance_ok, false) as is_compliant,
    -- what is written where there are none is no clause
    lower(trim(coalesce(contract.non_standard_clauses, '')))
    not in ('', '0', 'no', 'n', 'none', 'false', '无', '没有', '否') as is_non_standard,
    coalesce(contract.currency, parameter.base_currency) as currency,
    parameter.base_currency,
    contract.signed_at,
    cast(contract.signed_at as date) as signed_date,
    contract._load,
    contract._line
  from staging.contract as contract
  cross join core.parameter as parameter
  where
    contract.signed_at < parameter.as_of_end
    and coalesce(contract.status, 'active') <> 'cancelled'
)

select
  contract.contract_id,
  contract.opportunity_id,
  contract.customer_id,
  contract.owner_id,
  contract.type,
  contract.signed_at,
  contract.signed_date,
  coalesce(customer.segment, '(none)') as segment,
  coalesce(opportunity.partner_id, customer.partner_id) as partner_id,
  contract.is_compliant,
  contract.is_non_standard,
  contract.net_amount,
  contract.currency,
  case
    when contract.currency = contract.base_currency then contract.net_amount
    else
      cast(round(
        cast(contract.net_amount as decimal(24, 4)) * cast(fx.rate_to_base as decimal(14, 8)), 2
      ) as decimal(18, 4))
  end as net_amount_base,
  row_number() over (
    partition by contract.customer_id order by contract.signed_at, contract.contract_id
  ) = 1 as is_first_of_customer,
  contract._load,
  contract._line
from contract
left join core.dim_customer as customer on contract.customer_id = customer.customer_id
left join staging.opportunity as opportunity on contract.opportunity_id = opportunity.opportunity_id
left join core.fx_day as fx
  on contract.currency = fx.currency and contract.signed_date = fx.calendar_date
