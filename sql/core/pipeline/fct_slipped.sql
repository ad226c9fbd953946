-- table: core.fct_slipped
-- grain: one row per period, span and opportunity that was due in it and is still open at its end
-- key:   period_kind, period_start, variant, opportunity_id
-- why:   a deal slipped when it was open before the period began and due in it, and at its end, or on
--        the day of the report, is due later or past due; one that is due in what is left of a
--        running period has not slipped yet
with variant as (
  select
    variant.period_kind,
    variant.period_start,
    variant.variant,
    variant.from_date,
    variant.to_date,
    cast(variant.from_date - interval 1 day as date) as day_before,
    -- of a running period the deals due up to its own end count
    case when variant.variant = 'actual' then period.period_end else variant.to_date end as due_until
  from core.period_variant as variant
  inner join core.period as period
    on variant.period_kind = period.period_kind and variant.period_start = period.period_start
  where variant.period_kind in ('week', 'month', 'quarter')
),

-- the periods in which a deal is due, by equality: a range join over every span would not end
dated as (
  select
    span.opportunity_id,
    span.valid_from,
    span.valid_before,
    span.expected_close_date,
    kind.period_kind,
    case kind.period_kind
      when 'week' then calendar.week_start
      when 'month' then calendar.month_start
      else calendar.quarter_start
    end as from_date
  from core.pipeline_span as span
  inner join core.calendar as calendar on span.expected_close_date = calendar.calendar_date
  cross join (select distinct period_kind from variant) as kind
),

due as (
  select
    variant.period_kind,
    variant.period_start,
    variant.variant,
    variant.to_date,
    variant.due_until,
    dated.opportunity_id,
    dated.expected_close_date
  from dated
  inner join variant
    on dated.period_kind = variant.period_kind and dated.from_date = variant.from_date
  where
    dated.expected_close_date <= variant.due_until
    and variant.day_before >= dated.valid_from
    and variant.day_before < dated.valid_before
)

select
  due.period_kind,
  due.period_start,
  due.variant,
  due.opportunity_id,
  due.expected_close_date as was_due_date,
  now.expected_close_date,
  now.owner_id,
  now.amount_base,
  due.to_date as seen_date,
  now._load,
  now._line
from due
inner join core.pipeline_span as now
  on
    due.opportunity_id = now.opportunity_id
    and due.to_date >= now.valid_from
    and due.to_date < now.valid_before
where now.expected_close_date > due.due_until or now.expected_close_date < due.to_date
