-- check:    foreign_contracts_have_a_rate
-- guards:   core.fct_contract
-- severity: block
-- zh:       外币合同在签订日有汇率
-- en:       every foreign contract has a rate on the day of signing
-- why:      without a rate the contract amount misses it and no one would know
select
  contract_id,
  currency,
  signed_date,
  _load,
  _line
from core.fct_contract
where net_amount_base is null and net_amount is not null
