-- table: core.pipeline_span
-- grain: one row per opportunity and span of days with one amount, owner and due date while open
-- key:   opportunity_id, valid_from
-- why:   the pipeline of any past day is what deals were worth, whose they were and when they were
--        due on that day, not what they are now
with change as (
  select
    event.opportunity_id,
    event.changed_at,
    event.field,
    event.old_value,
    event.new_value
  from staging.opportunity_event as event
  cross join core.parameter as parameter
  where
    event.field in ('amount', 'expected_close_date', 'owner_id')
    and event.changed_at < parameter.as_of_end
),

first_value_of as (
  select
    opportunity_id,
    arg_min(case when field = 'amount' then old_value end, case when field = 'amount' then changed_at end)
      as amount,
    arg_min(
      case when field = 'expected_close_date' then old_value end,
      case when field = 'expected_close_date' then changed_at end
    ) as expected_close_date,
    arg_min(
      case when field = 'owner_id' then old_value end, case when field = 'owner_id' then changed_at end
    ) as owner_id
  from change
  group by opportunity_id
),

point as (
  select
    opportunity.opportunity_id,
    opportunity.created_at as changed_at,
    true as is_creation,
    coalesce(try_cast(first_value_of.amount as decimal(18, 4)), opportunity.amount) as amount,
    coalesce(try_cast(first_value_of.expected_close_date as date), opportunity.expected_close_date)
      as expected_close_date,
    coalesce(first_value_of.owner_id, opportunity.owner_id) as owner_id
  from core.fct_opportunity as opportunity
  left join first_value_of on opportunity.opportunity_id = first_value_of.opportunity_id
  union all
  select
    opportunity_id,
    changed_at,
    false as is_creation,
    case when field = 'amount' then try_cast(new_value as decimal(18, 4)) end as amount,
    case when field = 'expected_close_date' then try_cast(new_value as date) end as expected_close_date,
    case when field = 'owner_id' then new_value end as owner_id
  from change
),

state as (
  select
    opportunity_id,
    cast(changed_at as date) as valid_from,
    last_value(amount ignore nulls) over seen as amount,
    last_value(expected_close_date ignore nulls) over seen as expected_close_date,
    last_value(owner_id ignore nulls) over seen as owner_id,
    cast(lead(changed_at) over (
      partition by opportunity_id order by not is_creation, changed_at
    ) as date) as next_from
  from point
  window seen as (
    partition by opportunity_id order by not is_creation, changed_at
    rows between unbounded preceding and current row
  )
),

closed as (
  select
    state.opportunity_id,
    state.valid_from,
    least(
      coalesce(state.next_from, date '9999-12-31'),
      coalesce(opportunity.closed_date, date '9999-12-31')
    ) as valid_before,
    state.owner_id,
    state.expected_close_date,
    case
      when opportunity.rate_to_base = 1 then state.amount
      else
        cast(round(
          cast(state.amount as decimal(24, 4)) * cast(opportunity.rate_to_base as decimal(14, 8)), 2
        ) as decimal(18, 4))
    end as amount_base,
    opportunity._load,
    opportunity._line
  from state
  inner join core.fct_opportunity as opportunity on state.opportunity_id = opportunity.opportunity_id
  -- a deal closed on an unknown day was open on unknown days: it is in the pipeline of none
  where opportunity.is_open or opportunity.closed_date is not null
)

select
  opportunity_id,
  valid_from,
  valid_before,
  owner_id,
  expected_close_date,
  amount_base,
  _load,
  _line
from closed
where valid_from < valid_before
