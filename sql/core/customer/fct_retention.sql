-- table: core.fct_retention
-- grain: one row per period, span and customer that was active when it began
-- key:   period_kind, period_start, variant, customer_id
-- why:   churn is of those active at the start: who is not active any more at the end, whatever
--        happened between
with variant as (
  select
    variant.period_kind,
    variant.period_start,
    variant.variant,
    cast(variant.from_date - interval 1 day as date) as day_before,
    variant.to_date
  from core.period_variant as variant
  where variant.period_kind in ('month', 'quarter', 'year', 'fiscal_year', 'ytd', 'fytd')
),

active_at as (
  select
    variant.period_kind,
    variant.period_start,
    variant.variant,
    variant.to_date,
    span.customer_id,
    span.owner_id,
    span.segment,
    span.valid_before,
    span._load,
    span._line
  from variant
  inner join core.customer_active_span as span
    on variant.day_before >= span.valid_from and variant.day_before < span.valid_before
)

select
  active_at.period_kind,
  active_at.period_start,
  active_at.variant,
  active_at.customer_id,
  active_at.owner_id,
  active_at.segment,
  active_at.to_date as seen_date,
  active_at.valid_before <= active_at.to_date and later.customer_id is null as is_lost,
  active_at._load,
  active_at._line
from active_at
left join core.customer_active_span as later
  on
    active_at.customer_id = later.customer_id
    and active_at.valid_before <= later.valid_from
    and active_at.to_date >= later.valid_from
    and active_at.to_date < later.valid_before
