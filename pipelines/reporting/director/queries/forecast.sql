-- the forecast of this quarter, and what the same method said of the quarters before
select
  quarter_start,
  quarter_end,
  is_current,
  days_before_end,
  forecast_date,
  signed_amount,
  deals,
  open_amount,
  weighted_amount,
  unseen_amount,
  forecast_amount,
  actual_amount,
  past_forecasts,
  corrected_amount,
  low_amount,
  high_amount,
  quota
from mart.quarter_forecast
where scope_kind = 'company'
order by quarter_start asc, days_before_end desc
