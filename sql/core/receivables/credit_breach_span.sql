-- table: core.credit_breach_span
-- grain: one row per customer with a limit and span of days with one exposure above it
-- key:   customer_id, valid_from
-- why:   who owes, or has ordered, more than the credit limit allows, and since when
select
  customer_id,
  owner_id,
  segment,
  valid_from,
  valid_before,
  exposure_base,
  credit_limit,
  _load,
  _line
from receivables.credit_exposure_span
where exposure_base > credit_limit
