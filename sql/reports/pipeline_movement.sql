-- table: mart.pipeline_movement
-- grain: one row per period, scope and cause
-- key:   period_kind, period_start, scope_kind, scope_id, cause
-- why:   how the pipeline due by the end of the quarter got from one week-end to the next: start
--        plus all causes is end, to the cent, because every deal sits under exactly one cause
with moment as (
  select
    period.period_kind,
    period.period_start,
    cast(period.period_start - interval 1 day as date) as from_date,
    least(period.period_end, parameter.as_of_date) as to_date,
    quarter.period_end as horizon
  from core.period as period
  cross join core.parameter as parameter
  inner join core.calendar as calendar
    on calendar.calendar_date = least(period.period_end, parameter.as_of_date)
  inner join core.period as quarter
    on quarter.period_kind = 'quarter' and calendar.quarter_start = quarter.period_start
  where
    (period.period_kind = 'week' and period.period_start > parameter.as_of_date - interval 91 day)
    or (period.period_kind = 'quarter' and period.is_current)
),

held_before as (
  select
    moment.period_kind,
    moment.period_start,
    span.opportunity_id,
    span.amount_base as amount,
    coalesce(span.expected_close_date <= moment.horizon, false) as is_in,
    coalesce(org.region_id, '(none)') as region_id
  from moment
  inner join core.pipeline_span as span
    on moment.from_date >= span.valid_from and moment.from_date < span.valid_before
  left join core.org_day as org
    on span.owner_id = org.employee_id and moment.from_date = org.calendar_date
),

held_after as (
  select
    moment.period_kind,
    moment.period_start,
    span.opportunity_id,
    span.amount_base as amount,
    coalesce(span.expected_close_date <= moment.horizon, false) as is_in,
    coalesce(org.region_id, '(none)') as region_id
  from moment
  inner join core.pipeline_span as span
    on moment.to_date >= span.valid_from and moment.to_date < span.valid_before
  left join core.org_day as org
    on span.owner_id = org.employee_id and moment.to_date = org.calendar_date
),

pair as (
  select
    coalesce(held_before.period_kind, held_after.period_kind) as period_kind,
    coalesce(held_before.period_start, held_after.period_start) as period_start,
    coalesce(held_before.opportunity_id, held_after.opportunity_id) as opportunity_id,
    held_before.opportunity_id is not null as was_open,
    held_after.opportunity_id is not null as is_open,
    coalesce(held_before.is_in, false) as was_in,
    coalesce(held_after.is_in, false) as is_in,
    coalesce(held_before.amount, 0) as amount_before,
    coalesce(held_after.amount, 0) as amount_after,
    held_before.region_id as region_before,
    held_after.region_id as region_after
  from held_before
  full outer join held_after
    on
      held_before.period_kind = held_after.period_kind
      and held_before.period_start = held_after.period_start
      and held_before.opportunity_id = held_after.opportunity_id
),

-- a deal that changed region leaves one scope and enters another
scoped as (
  select
    pair.*,
    'company' as scope_kind,
    parameter.company_id as scope_id,
    false as has_left,
    false as has_come
  from pair
  cross join core.parameter as parameter
  where pair.was_in or pair.is_in
  union all
  select
    pair.*,
    'region' as scope_kind,
    region_before as scope_id,
    is_open and region_after <> region_before as has_left,
    false as has_come
  from pair
  where (was_in or is_in) and was_open
  union all
  select
    pair.*,
    'region' as scope_kind,
    region_after as scope_id,
    false as has_left,
    was_open as has_come
  from pair
  where (was_in or is_in) and is_open and (not was_open or region_after <> region_before)
),

caused as (
  select
    scoped.period_kind,
    scoped.period_start,
    scoped.scope_kind,
    scoped.scope_id,
    case when scoped.was_in and not scoped.has_come then scoped.amount_before else 0 end as start_amount,
    case when scoped.is_in and not scoped.has_left then scoped.amount_after else 0 end as end_amount,
    scoped.was_in and not scoped.has_come as in_start,
    scoped.is_in and not scoped.has_left as in_end,
    case
      when scoped.has_left or scoped.has_come then 'reassigned'
      when not scoped.was_in and not scoped.was_open then 'created'
      when not scoped.was_in then 'pulled_in'
      when scoped.is_in and scoped.amount_after > scoped.amount_before then 'increased'
      when scoped.is_in and scoped.amount_after < scoped.amount_before then 'decreased'
      when scoped.is_in then 'unchanged'
      when scoped.is_open then 'pushed_out'
      when opportunity.is_won then 'won'
      else 'lost'
    end as cause
  from scoped
  inner join core.fct_opportunity as opportunity
    on scoped.opportunity_id = opportunity.opportunity_id
),

gathered as (
  select
    period_kind,
    period_start,
    scope_kind,
    scope_id,
    'start' as cause,
    sum(start_amount) as amount,
    sum(case when in_start then 1 else 0 end) as deals
  from caused
  group by period_kind, period_start, scope_kind, scope_id
  union all
  select
    period_kind,
    period_start,
    scope_kind,
    scope_id,
    'end' as cause,
    sum(end_amount) as amount,
    sum(case when in_end then 1 else 0 end) as deals
  from caused
  group by period_kind, period_start, scope_kind, scope_id
  union all
  select
    period_kind,
    period_start,
    scope_kind,
    scope_id,
    cause,
    sum(end_amount - start_amount) as amount,
    count(*) as deals
  from caused
  where cause <> 'unchanged'
  group by period_kind, period_start, scope_kind, scope_id, cause
)

select
  period_kind,
  period_start,
  scope_kind,
  scope_id,
  cause,
  cast(amount as decimal(18, 4)) as amount,
  cast(deals as bigint) as deals
from gathered
