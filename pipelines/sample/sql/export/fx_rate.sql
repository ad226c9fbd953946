-- grain: one row per currency and day, as the ERP prints it
-- why:   erp/汇率.xlsx
select
  currency as 币种,
  iso_date(rate_date) as 日期,
  (rate_units::decimal(18, 0) * 0.0001::decimal(5, 4))::varchar as 对人民币汇率,
  (rate_date - date '2024-01-01') * 2 + (currency = 'USD')::int as _key,
  (rate_date - date '2024-01-01') * 2 + (currency = 'USD')::int as _order,
  rate_date as _date,
  null::bigint as _cents
from fx_rate
