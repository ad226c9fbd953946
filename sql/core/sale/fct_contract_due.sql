-- table: core.fct_contract_due
-- grain: one row per contract that was to be signed by a day up to the day of the report
-- key:   contract_id
-- why:   signed when promised: what is not signed by its day is late, signed or not
select
  contract.contract_id,
  contract.customer_id,
  contract.owner_id,
  cast(contract.due_at as date) as due_date,
  contract.signed_at,
  coalesce(cast(contract.signed_at as date) <= cast(contract.due_at as date), false) as is_signed_on_time,
  contract._load,
  contract._line
from staging.contract as contract
cross join core.parameter as parameter
where
  contract.due_at < parameter.as_of_end
  and coalesce(contract.status, 'active') <> 'cancelled'
