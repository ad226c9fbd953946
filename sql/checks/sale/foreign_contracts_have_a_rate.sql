-- check:    foreign_contracts_have_a_rate
-- guards:   core.fct_contract
-- severity: block
-- zh:       外币合同在签订日有汇率
-- en:       every foreign contract has a rate on the day of signing
-- effect_zh: 这些合同没有计入合同额：数字偏低。
-- effect_en: These contracts are not in the contract amount, which is too low.
-- asks:     finance
-- why:      without a rate the contract amount misses it and no one would know
select
  contract.contract_id,
  contract.currency,
  contract.signed_date,
  contract._load,
  contract._line,
  load.file,
  contract._line as line,
  concat(
    'contract ', contract.contract_id, ' is in ', contract.currency, ', which has no rate on ',
    cast(contract.signed_date as varchar)
  ) as problem
from core.fct_contract as contract
left join mart.load as load on contract._load = load.load_id
where contract.net_amount_base is null and contract.net_amount is not null
