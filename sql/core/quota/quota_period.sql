-- table: core.quota_period
-- grain: one row per measure, scope and period
-- key:   measure, period_kind, period_start, scope_kind, scope_id
-- why:   a KPI with a quota is compared with the quota of exactly its period; a to-date period has
--        the quota of the days gone by. quota_given is what it was before proration
with day as (
  select
    scope_kind,
    scope_id,
    measure,
    calendar_date,
    amount,
    given_amount
  from core.quota_day
),

span as (
  select
    period_kind,
    period_start,
    period_end,
    data_end
  from core.period
)

select
  day.measure,
  span.period_kind,
  span.period_start,
  day.scope_kind,
  day.scope_id,
  sum(day.amount) as quota,
  coalesce(sum(case when day.calendar_date <= span.data_end then day.amount end), 0) as quota_to_date,
  sum(day.given_amount) as quota_given
from span
inner join day on day.calendar_date between span.period_start and span.period_end
group by day.measure, span.period_kind, span.period_start, day.scope_kind, day.scope_id
