-- table: core.period_reference
-- grain: one row per period and what it is compared with
-- key:   period_kind, period_start, compared_with
-- why:   a whole period is compared with whole periods, a running one with spans to the same day
with period as (
  select
    period_kind,
    period_start,
    is_partial,
    previous_start,
    prior_year_start
  from core.period
),

own_span as (
  select
    period_kind,
    period_start,
    variant,
    from_date
  from core.period_variant
),

reference as (
  select
    period_kind,
    period_start,
    'previous' as compared_with,
    case when is_partial or period_kind = 'rolling_13w' then 'previous' else 'actual' end as variant,
    case when is_partial or period_kind = 'rolling_13w' then period_start else previous_start end
      as variant_start
  from period
  union all
  select
    period_kind,
    period_start,
    'prior_year' as compared_with,
    case when is_partial or period_kind = 'rolling_13w' then 'prior_year' else 'actual' end as variant,
    case when is_partial or period_kind = 'rolling_13w' then period_start else prior_year_start end
      as variant_start
  from period
)

select
  reference.period_kind,
  reference.period_start,
  reference.compared_with,
  reference.variant,
  reference.variant_start,
  own_span.from_date
from reference
inner join own_span
  on
    reference.period_kind = own_span.period_kind
    and reference.variant_start = own_span.period_start
    and reference.variant = own_span.variant
