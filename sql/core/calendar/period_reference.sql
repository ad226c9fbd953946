-- table: core.period_reference
-- grain: one row per period
-- key:   period_kind, period_start
-- why:   a whole period is compared with whole periods, a running one with spans to the same day;
--        the spans are named by number, and by the day they begin, because a fact has nothing to
--        compare with before its first day
with period as (
  select
    period_kind,
    period_start,
    period_end,
    is_partial or period_kind = 'rolling_13w' as has_own_spans,
    previous_start,
    prior_year_start
  from core.period
),

span as (
  select
    period_kind,
    period_start,
    variant,
    from_date,
    span_no
  from core.period_variant
)

select
  period.period_kind,
  period.period_start,
  period.period_end,
  actual.span_no,
  previous.span_no as previous_span_no,
  previous.from_date as previous_from,
  prior_year.span_no as prior_year_span_no,
  prior_year.from_date as prior_year_from
from period
inner join span as actual
  on
    period.period_kind = actual.period_kind
    and period.period_start = actual.period_start
    and actual.variant = 'actual'
left join span as previous
  on
    period.period_kind = previous.period_kind
    and case when period.has_own_spans then period.period_start else period.previous_start end
    = previous.period_start
    and case when period.has_own_spans then 'previous' else 'actual' end = previous.variant
left join span as prior_year
  on
    period.period_kind = prior_year.period_kind
    and case when period.has_own_spans then period.period_start else period.prior_year_start end
    = prior_year.period_start
    and case when period.has_own_spans then 'prior_year' else 'actual' end = prior_year.variant
