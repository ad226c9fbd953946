-- check:    landed_is_accounted
-- guards:   mart.load
-- severity: block
-- zh:       落地行数与金额 = 采纳 + 隔离
-- en:       landed = accepted + quarantined, in rows and in money
-- effect_zh: 有行既未采纳也未隔离：由其计算的数字可能偏低。
-- effect_en: Some rows are neither used nor set aside: figures may be too low.
-- asks:     sales_ops
-- why:      a row that is neither used nor in quarantine is lost
with account as (
  select
    file,
    sheet,
    table_name,
    rows_landed - coalesce(rows_accepted, 0) - coalesce(rows_quarantined, 0) as row_difference,
    coalesce(amount_landed, 0) - coalesce(amount_accepted, 0) - coalesce(amount_quarantined, 0)
      as amount_difference
  from mart.load
  where is_current
)

select
  file,
  sheet,
  table_name,
  row_difference,
  amount_difference
from account
where row_difference <> 0 or amount_difference <> 0
