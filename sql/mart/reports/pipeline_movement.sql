-- table: mart.pipeline_movement
-- grain: one row per period, scope and cause
-- key:   period_kind, period_start, scope_kind, scope_id, cause
-- why:   how the pipeline due by the end of the quarter got from one week-end to the next: start
--        plus all causes is end, to the cent, because every deal sits under exactly one cause.
--        A deal that changed owner is reassigned where owner, team or region are another's: it leaves
--        one scope and enters another
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
    coalesce(span.owner_id, '(none)') as employee_id,
    coalesce(org.team_id, '(none)') as team_id,
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
    coalesce(span.owner_id, '(none)') as employee_id,
    coalesce(org.team_id, '(none)') as team_id,
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
    held_before.employee_id as employee_before,
    held_before.team_id as team_before,
    held_before.region_id as region_before,
    held_after.employee_id as employee_after,
    held_after.team_id as team_after,
    held_after.region_id as region_after
  from held_before
  full outer join held_after
    on
      held_before.period_kind = held_after.period_kind
      and held_before.period_start = held_after.period_start
      and held_before.opportunity_id = held_after.opportunity_id
),

-- what happened to the deal, wherever it is
moved as (
  select
    pair.*,
    case
      when not pair.was_in and not pair.was_open then 'created'
      when not pair.was_in then 'pulled_in'
      when pair.is_in and pair.amount_after > pair.amount_before then 'increased'
      when pair.is_in and pair.amount_after < pair.amount_before then 'decreased'
      when pair.is_in then 'unchanged'
      when pair.is_open then 'pushed_out'
      when opportunity.is_won then 'won'
      else 'lost'
    end as cause
  from pair
  inner join core.fct_opportunity as opportunity on pair.opportunity_id = opportunity.opportunity_id
  where pair.was_in or pair.is_in
),

level as (
  select 'company' as scope_kind
  union all
  select 'region' as scope_kind
  union all
  select 'team' as scope_kind
  union all
  select 'employee' as scope_kind
),

placed as (
  select
    moved.period_kind,
    moved.period_start,
    level.scope_kind,
    case level.scope_kind
      when 'company' then parameter.company_id
      when 'region' then moved.region_before
      when 'team' then moved.team_before
      else moved.employee_before
    end as id_before,
    case level.scope_kind
      when 'company' then parameter.company_id
      when 'region' then moved.region_after
      when 'team' then moved.team_after
      else moved.employee_after
    end as id_after,
    moved.was_open,
    moved.is_open,
    moved.was_in,
    moved.is_in,
    moved.amount_before,
    moved.amount_after,
    moved.cause
  from moved
  cross join level
  cross join core.parameter as parameter
),

-- a deal that changed hands leaves one scope and enters another
scoped as (
  select
    period_kind,
    period_start,
    scope_kind,
    id_before as scope_id,
    case when is_open and id_after <> id_before then 'reassigned' else cause end as cause,
    was_in as in_start,
    is_in and id_after = id_before as in_end,
    amount_before,
    amount_after
  from placed
  where was_open
  union all
  select
    period_kind,
    period_start,
    scope_kind,
    id_after as scope_id,
    case when was_open then 'reassigned' else cause end as cause,
    false as in_start,
    is_in as in_end,
    amount_before,
    amount_after
  from placed
  where is_open and (not was_open or id_after <> id_before)
),

summed as (
  select
    period_kind,
    period_start,
    scope_kind,
    scope_id,
    cause,
    sum(case when in_start then amount_before else 0 end) as start_amount,
    sum(case when in_end then amount_after else 0 end) as end_amount,
    sum(case when in_start then 1 else 0 end) as start_deals,
    sum(case when in_end then 1 else 0 end) as end_deals,
    count(*) as deals
  from scoped
  where in_start or in_end
  group by period_kind, period_start, scope_kind, scope_id, cause
),

gathered as (
  select
    period_kind,
    period_start,
    scope_kind,
    scope_id,
    'start' as cause,
    sum(start_amount) as amount,
    sum(start_deals) as deals
  from summed
  group by period_kind, period_start, scope_kind, scope_id
  union all
  select
    period_kind,
    period_start,
    scope_kind,
    scope_id,
    'end' as cause,
    sum(end_amount) as amount,
    sum(end_deals) as deals
  from summed
  group by period_kind, period_start, scope_kind, scope_id
  union all
  select
    period_kind,
    period_start,
    scope_kind,
    scope_id,
    cause,
    end_amount - start_amount as amount,
    deals
  from summed
  where cause <> 'unchanged'
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
