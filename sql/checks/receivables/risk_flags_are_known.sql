-- check:    risk_flags_are_known
-- guards:   mart.receivable_item
-- severity: warn
-- zh:       客户的风险标记都在应收政策中
-- en:       every risk flag of a customer stands in the receivables policy
-- effect_zh: 这些客户按普通风险计提：预计损失可能偏低。
-- effect_en: These customers count as ordinary risks: the expected loss may be too low.
-- asks:     finance
-- why:      a flag that policy does not know raises no risk class
select
  customer.customer_id,
  customer.risk_flag,
  customer._load,
  customer._line
from core.dim_customer as customer
left join policy.risk_flag as flag on lower(trim(customer.risk_flag)) = flag.risk_flag
where trim(customer.risk_flag) <> '' and flag.risk_flag is null
