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
    event.new_value,
    event.old_amount,
    event.new_amount,
    event.old_expected_close_date,
    event.new_expected_close_date,
    row_number() over (
      partition by event.opportunity_id, event.field order by event.changed_at
    ) as position
  from staging.opportunity_event as event
  cross join core.parameter as parameter
  where
    event.field in ('amount', 'expected_close_date', 'owner_id')
    and event.changed_at < parameter.as_of_end
),

first_value_of as (
  select
    opportunity_id,
    max(old_amount) as amount,
    max(old_expected_close_date) as expected_close_date,
    max(case when field = 'owner_id' then old_value end) as owner_id,
    max(case when field = 'amount' then 1 else 0 end) = 1 as is_amount_changed,
    max(case when field = 'expected_close_date' then 1 else 0 end) = 1 as is_due_date_changed
  from change
  where position = 1
  group by opportunity_id
),

point as (
  select
    opportunity.opportunity_id,
    opportunity.created_at as changed_at,
    true as is_creation,
    -- what was empty before its first change was empty
    case when first_value_of.is_amount_changed then first_value_of.amount else opportunity.amount end
      as amount,
    case
      when first_value_of.is_due_date_changed then first_value_of.expected_close_date
      else opportunity.expected_close_date
    end as expected_close_date,
    coalesce(first_value_of.owner_id, opportunity.owner_id) as owner_id
  from core.fct_opportunity as opportunity
  left join first_value_of on opportunity.opportunity_id = first_value_of.opportunity_id
  union all
  select
    opportunity_id,
    changed_at,
    false as is_creation,
    new_amount as amount,
    new_expected_close_date as expected_close_date,
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
