-- table: mart.receivable_revaluation
-- grain: one row per day looked at and foreign currency with open items
-- key:   as_of_date, currency
-- why:   what foreign receivables are worth at the rates of their documents and at the rate of the day;
--        whether the difference is part of what is outstanding is policy
with balance as (
  select
    ageing.as_of_date,
    ageing.scope_id as currency,
    sum(ageing.open_amount_base - ageing.revaluation_base) as document_rate_base,
    sum(ageing.items) as items
  from mart.receivable_ageing as ageing
  cross join core.parameter as parameter
  where ageing.scope_kind = 'currency' and ageing.scope_id <> parameter.base_currency
  group by ageing.as_of_date, ageing.scope_id
),

revaluation as (
  select
    as_of_date,
    currency,
    sum(revaluation_base) as amount
  from receivables.revaluation_day
  group by as_of_date, currency
)

select
  balance.as_of_date,
  balance.currency,
  cast(balance.items as bigint) as items,
  cast(balance.document_rate_base as decimal(18, 4)) as document_rate_base,
  fx.rate_to_base as closing_rate,
  cast(balance.document_rate_base + revaluation.amount as decimal(18, 4)) as closing_rate_base,
  cast(revaluation.amount as decimal(18, 4)) as revaluation_base,
  policy.foreign_currency = 'closing_rate' as is_in_outstanding
from balance
cross join policy.receivable as policy
left join revaluation
  on balance.as_of_date = revaluation.as_of_date and balance.currency = revaluation.currency
left join core.fx_day as fx
  on balance.currency = fx.currency and balance.as_of_date = fx.calendar_date
