-- check:    pools_are_paid_out
-- guards:   commission.pool_share
-- severity: block
-- zh:       公佣池全部分配，不多不少
-- en:       a pool is paid out exactly
-- effect_zh: 奖金池与分配之和不符，差额为舍入的分。
-- effect_en: A pool differs from what was shared out by the cents of rounding.
-- asks:     finance
-- why:      cents left over by rounding belong to somebody
select
  pool_id,
  plan_id,
  component_id,
  period,
  max(pool_amount) as pool_amount,
  sum(amount) as shared
from commission.pool_share
group by pool_id, plan_id, component_id, period
having max(pool_amount) <> sum(amount)
