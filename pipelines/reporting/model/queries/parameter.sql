-- what the warehouse was computed for
select
  as_of_date,
  base_currency,
  company_id,
  company_name_zh,
  company_name_en,
  stale_after_days
from core.parameter
