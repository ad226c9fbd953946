-- table: core.fct_contract_end
-- grain: one row per signed contract whose time to be renewed has run out
-- key:   contract_id
-- why:   renewed or lost: a contract that names the ended one, or another contract of that customer of
--        type renewal, signed from a quarter before its end until the days after that policy gives
with ended as (
  select
    contract.contract_id,
    contract.customer_id,
    contract.owner_id,
    contract.segment,
    staged.end_date,
    cast(staged.end_date + term.renewal_within_days * interval 1 day as date) as renewable_until,
    cast(staged.end_date - interval 90 day as date) as renewable_from,
    contract.net_amount_base,
    contract._load,
    contract._line
  from core.fct_contract as contract
  inner join staging.contract as staged on contract.contract_id = staged.contract_id
  cross join core.parameter as parameter
  cross join policy.term as term
  where staged.end_date + term.renewal_within_days * interval 1 day <= parameter.as_of_date
),

renewal as (
  select
    contract.contract_id,
    contract.customer_id,
    contract.signed_date,
    staged.renews_contract_id
  from core.fct_contract as contract
  inner join staging.contract as staged on contract.contract_id = staged.contract_id
  where contract.type = 'renewal' or staged.renews_contract_id is not null
),

renewed as (
  select ended.contract_id
  from ended
  inner join renewal
    on
      ended.contract_id = renewal.renews_contract_id
      and ended.renewable_until >= renewal.signed_date
  union
  select ended.contract_id
  from ended
  inner join renewal
    on
      ended.customer_id = renewal.customer_id
      and ended.renewable_from <= renewal.signed_date
      and ended.renewable_until >= renewal.signed_date
  where renewal.renews_contract_id is null and ended.contract_id <> renewal.contract_id
)

select
  ended.contract_id,
  ended.customer_id,
  ended.owner_id,
  ended.segment,
  ended.end_date,
  ended.net_amount_base,
  renewed.contract_id is not null as is_renewed,
  ended._load,
  ended._line
from ended
left join renewed on ended.contract_id = renewed.contract_id
