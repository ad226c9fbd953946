-- table: core.dim_customer
-- grain: one row per customer
-- key:   customer_id
-- why:   names, segments and credit terms beside every fact of a customer; one that was merged into
--        another is that other
select
  customer_id,
  name,
  segment,
  industry,
  region,
  owner_id,
  credit_limit,
  credit_days,
  risk_flag,
  partner_id,
  health_score,
  ended_on,
  _load,
  _line
from staging.customer
where customer_id not in (select merged.from_id from staging.customer_merge as merged)
