-- grain: one row per foreign currency and day
-- why:   daily rates to CNY, four decimals, drifting slowly
select
  currency.code as currency,
  calendar.day as rate_date,
  -- in ten-thousandths; a slow wave plus a daily flicker
  (
    currency.base
    + round(currency.swing * sin((calendar.day - date '2024-11-01') / currency.wave))
    + roll('fx ' || currency.code, calendar.day - date '2024-11-01', 121) - 60
  )::bigint as rate_units
from calendar
cross join (
  values ('USD', 71600, 900, 97.0), ('EUR', 78400, 1900, 131.0)
) as currency (code, base, swing, wave)
where calendar.day <= getvariable('last_day')
