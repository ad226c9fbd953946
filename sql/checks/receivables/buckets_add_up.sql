-- check:    buckets_add_up
-- guards:   mart.receivable_ageing
-- severity: block
-- zh:       账龄各档之和 = 应收余额（按单据独立计算）
-- en:       the ageing buckets add up to what is open, computed from the documents alone
-- effect_zh: 账龄表与未收金额不符：账龄可能漏了款项。
-- effect_en: The ageing differs from what is open: it may leave items out.
-- asks:     finance
-- why:      an ageing whose buckets miss an item hides money
with ageing as (
  select sum(ageing.open_amount_base - coalesce(ageing.revaluation_base, 0)) as amount
  from mart.receivable_ageing as ageing
  cross join core.parameter as parameter
  where ageing.scope_kind = 'company' and ageing.as_of_date = parameter.as_of_date
),

item as (
  select sum(open_amount_base) as amount
  from receivables.open_item_span as span
  cross join core.parameter as parameter
  where span.valid_from <= parameter.as_of_date and span.valid_before > parameter.as_of_date
)

select
  coalesce(ageing.amount, 0) as ageing_amount,
  coalesce(item.amount, 0) as item_amount
from ageing
cross join item
where coalesce(ageing.amount, 0) <> coalesce(item.amount, 0)
