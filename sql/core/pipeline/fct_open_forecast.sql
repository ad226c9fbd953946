-- table: core.fct_open_forecast
-- grain: one row per period that is not over and open deal due in it, whatever its forecast category
-- key:   period_kind, period_start, variant, opportunity_id
-- why:   what sellers forecast for the running week, month, quarter and year; what they said of periods
--        gone by is in no export
select
  period.period_kind,
  period.period_start,
  'actual' as variant,
  deal.opportunity_id,
  deal.as_of_date as seen_date,
  deal.owner_id,
  deal.forecast_category,
  deal.expected_close_date,
  deal.amount_base,
  deal._load,
  deal._line
from core.period as period
inner join core.fct_open_opportunity as deal
  on deal.expected_close_date between period.period_start and period.period_end
where period.is_current and period.period_kind in ('week', 'month', 'quarter', 'year')
