-- the company's win rate of the last thirteen weeks under each published definition
select
  rate.definition,
  rate.numerator,
  rate.denominator,
  rate.value,
  rate.period_start,
  period.data_end
from mart.rate_definition as rate
inner join core.period as period
  on rate.period_kind = period.period_kind and rate.period_start = period.period_start
where
  rate.period_kind = 'rolling_13w'
  and rate.stage_id = '(all)'
  and rate.scope_kind = 'company'
order by rate.definition
