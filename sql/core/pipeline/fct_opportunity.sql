-- table: core.fct_opportunity
-- grain: one row per opportunity created up to the day of the report
-- key:   opportunity_id
-- why:   the state of every deal as it was known on the day of the report; an export taken later
--        holds later values, and its changes say what they were before. A closed deal belongs to
--        whose it was when it closed, whoever took it over later. Whatever the source calls a
--        stage, from here on it is one of the process in force
with later_change as (
  select
    event.opportunity_id,
    event.field,
    event.old_value,
    event.old_amount,
    event.old_expected_close_date,
    row_number() over (
      partition by event.opportunity_id, event.field order by event.changed_at
    ) as position
  from staging.opportunity_event as event
  cross join core.parameter as parameter
  where event.changed_at >= parameter.as_of_end
),

before_change as (
  select
    opportunity_id,
    max(case when field = 'stage' then old_value end) as stage,
    max(old_amount) as amount,
    max(old_expected_close_date) as expected_close_date,
    max(case when field = 'amount' then 1 else 0 end) = 1 as is_amount_changed,
    max(case when field = 'expected_close_date' then 1 else 0 end) = 1 as is_due_date_changed,
    max(case when field = 'owner_id' then old_value end) as owner_id
  from later_change
  where position = 1
  group by opportunity_id
),

opportunity as (
  select
    opportunity.opportunity_id,
    opportunity.customer_id,
    coalesce(before_change.owner_id, opportunity.owner_id) as owner_id,
    opportunity.name,
    opportunity.type,
    opportunity.created_at,
    coalesce(before_change.stage, opportunity.stage) as stage,
    opportunity.outcome,
    -- what was empty before its first change was empty
    case when before_change.is_amount_changed then before_change.amount else opportunity.amount end as amount,
    opportunity.currency,
    case
      when before_change.is_due_date_changed then before_change.expected_close_date
      else opportunity.expected_close_date
    end as expected_close_date,
    opportunity.closed_at,
    opportunity.loss_reason,
    opportunity.competitor,
    opportunity.forecast_category,
    opportunity.lead_id,
    opportunity.partner_id,
    opportunity.segment,
    opportunity.decision_maker_identified,
    opportunity.requirement_completeness,
    opportunity.budget_confirmed,
    opportunity.next_step,
    opportunity.next_step_date,
    opportunity._load,
    opportunity._line
  from staging.opportunity as opportunity
  left join before_change on opportunity.opportunity_id = before_change.opportunity_id
),

known as (
  select
    opportunity.*,
    parameter.base_currency,
    parameter.as_of_date,
    case
      when opportunity.closed_at < parameter.as_of_end then coalesce(opportunity.outcome, 'open')
      when opportunity.closed_at is null and opportunity.outcome in ('won', 'lost', 'abandoned')
        then opportunity.outcome
      else 'open'
    end as known_outcome
  from opportunity
  cross join core.parameter as parameter
  where opportunity.created_at < parameter.as_of_end
),

dated as (
  select
    known.*,
    case when known.known_outcome <> 'open' then known.closed_at end as known_closed_at,
    case when known.known_outcome <> 'open' then cast(known.closed_at as date) end as closed_date,
    coalesce(
      case when known.known_outcome <> 'open' then cast(known.closed_at as date) end, known.as_of_date
    ) as valued_date
  from known
)

select
  dated.opportunity_id,
  dated.customer_id,
  coalesce(closer.owner_id, dated.owner_id) as owner_id,
  coalesce(creator.owner_id, dated.owner_id) as created_owner_id,
  dated.name,
  dated.type,
  stage_name.stage_id as stage,
  dated.known_outcome as outcome,
  dated.lead_id,
  coalesce(dated.partner_id, customer.partner_id) as partner_id,
  dated.loss_reason,
  dated.competitor,
  dated.forecast_category,
  dated.next_step,
  dated.next_step_date,
  dated.expected_close_date,
  coalesce(dated.segment, customer.segment, '(none)') as segment,
  cast(dated.created_at as date) as created_date,
  dated.created_at,
  dated.closed_date,
  dated.known_closed_at as closed_at,
  dated.known_outcome = 'open' as is_open,
  dated.known_outcome = 'won' as is_won,
  dated.known_outcome = 'lost' as is_lost,
  dated.known_outcome in ('won', 'lost') as is_decided,
  dated.amount,
  coalesce(dated.currency, dated.base_currency) as currency,
  case
    when coalesce(dated.currency, dated.base_currency) = dated.base_currency then cast(1 as decimal(18, 8))
    else fx.rate_to_base
  end as rate_to_base,
  case
    when coalesce(dated.currency, dated.base_currency) = dated.base_currency then dated.amount
    else
      cast(round(
        cast(dated.amount as decimal(24, 4)) * cast(fx.rate_to_base as decimal(14, 8)), 2
      ) as decimal(18, 4))
  end as amount_base,
  case
    when dated.known_outcome = 'won'
      then date_diff('second', dated.created_at, dated.closed_at) / cast(86400 as double)
  end as cycle_days,
  dated.decision_maker_identified,
  dated.requirement_completeness,
  dated.budget_confirmed,
  dated._load,
  dated._line
from dated
left join policy.stage_name as stage_name on dated.stage = stage_name.name
left join core.dim_customer as customer on dated.customer_id = customer.customer_id
left join core.opportunity_owner_span as closer
  on
    dated.opportunity_id = closer.opportunity_id
    and dated.known_closed_at >= closer.valid_from
    and dated.known_closed_at < closer.valid_before
left join core.opportunity_owner_span as creator
  on
    dated.opportunity_id = creator.opportunity_id
    and dated.created_at >= creator.valid_from
    and dated.created_at < creator.valid_before
left join core.fx_day as fx
  on dated.currency = fx.currency and dated.valued_date = fx.calendar_date
