-- table: core.period_variant
-- grain: one row per period and span of days that is computed for it
-- key:   period_kind, period_start, variant
-- why:   a whole period is compared with whole periods, which are computed anyway; a running period
--        is compared to the same day, which needs spans of its own
with period as (
  select
    period_kind,
    period_start,
    period_end,
    data_end,
    is_partial,
    is_current,
    previous_start,
    prior_year_start
  from core.period
),

elapsed as (
  select
    period_kind,
    period_start,
    previous_start,
    prior_year_start,
    period_start - interval 1 day as day_before_start,
    date_diff('day', period_start, data_end) as days_after_start,
    -- a shorter month before ends with its last day
    cast(period_start - interval 1 day as date) as previous_last_day,
    cast(case
      when period_kind in ('week', 'rolling_13w') then prior_year_start + interval 90 day
      when period_kind in ('month', 'mtd') then prior_year_start + interval 1 month - interval 1 day
      when period_kind in ('quarter', 'qtd') then prior_year_start + interval 3 month - interval 1 day
      else prior_year_start + interval 12 month - interval 1 day
    end as date) as prior_year_last_day
  from period
  -- of the rolling windows only the latest is compared; the others show a course
  where is_partial or (period_kind = 'rolling_13w' and is_current)
),

span as (
  select
    period_kind,
    period_start,
    'actual' as variant,
    period_start as from_date,
    data_end as to_date
  from period
  union all
  select
    period_kind,
    period_start,
    'previous' as variant,
    previous_start as from_date,
    cast(least(
      previous_start + days_after_start * interval 1 day, cast(previous_last_day as timestamp)
    ) as date) as to_date
  from elapsed
  union all
  select
    period_kind,
    period_start,
    'prior_year' as variant,
    prior_year_start as from_date,
    cast(least(
      prior_year_start + days_after_start * interval 1 day, cast(prior_year_last_day as timestamp)
    ) as date) as to_date
  from elapsed
)

select
  period_kind,
  period_start,
  variant,
  from_date,
  to_date,
  cast(row_number() over (order by period_kind, period_start, variant) as integer) as span_no
from span
