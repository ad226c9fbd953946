-- table: core.fx_day
-- grain: one row per currency and day
-- key:   currency, calendar_date
-- why:   a day without a quotation takes the latest one before it; the base currency is always 1
with quotation as (
  select
    currency,
    rate_date,
    rate_to_base,
    coalesce(
      lead(rate_date) over (partition by currency order by rate_date), date '9999-12-31'
    ) as next_date
  from staging.fx_rate
),

foreign_day as (
  select
    quotation.currency,
    calendar.calendar_date,
    quotation.rate_to_base
  from quotation
  inner join core.calendar as calendar
    on
      quotation.rate_date <= calendar.calendar_date
      and quotation.next_date > calendar.calendar_date
)

select
  foreign_day.currency,
  foreign_day.calendar_date,
  foreign_day.rate_to_base
from foreign_day
cross join core.parameter as parameter
where foreign_day.currency <> parameter.base_currency
