-- check:    landed_is_accounted
-- guards:   mart.load
-- severity: block
-- zh:       落地行数与金额 = 采纳 + 隔离
-- en:       landed = accepted + quarantined, in rows and in money
-- why:      a row that is neither used nor in quarantine is lost
select
  file,
  sheet,
  table_name,
  rows_landed - rows_accepted - rows_quarantined as row_difference,
  amount_landed - amount_accepted - amount_quarantined as amount_difference
from mart.load
where
  is_current
  and (
    rows_landed <> rows_accepted + rows_quarantined
    or amount_landed <> amount_accepted + amount_quarantined
  )
