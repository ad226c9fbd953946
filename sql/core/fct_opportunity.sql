-- table: core.fct_opportunity
-- grain: one row per opportunity created up to the day of the report
-- key:   opportunity_id
-- why:   the state of every deal as it was known on the day of the report
with opportunity as (
  select
    opportunity_id,
    customer_id,
    owner_id,
    name,
    type,
    created_at,
    stage,
    outcome,
    amount,
    currency,
    expected_close_date,
    closed_at,
    loss_reason,
    lead_id,
    segment,
    decision_maker_identified,
    requirement_completeness,
    budget_confirmed,
    next_step,
    next_step_date,
    _load,
    _line
  from staging.opportunity
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
    case when known.known_outcome <> 'open' then cast(known.closed_at as date) end as closed_date,
    coalesce(
      case when known.known_outcome <> 'open' then cast(known.closed_at as date) end, known.as_of_date
    ) as valued_date
  from known
)

select
  dated.opportunity_id,
  dated.customer_id,
  dated.owner_id,
  dated.name,
  dated.type,
  dated.stage,
  dated.known_outcome as outcome,
  dated.lead_id,
  dated.loss_reason,
  dated.next_step,
  dated.next_step_date,
  dated.expected_close_date,
  coalesce(dated.segment, customer.segment, '(none)') as segment,
  cast(dated.created_at as date) as created_date,
  dated.created_at,
  dated.closed_date,
  case when dated.known_outcome <> 'open' then dated.closed_at end as closed_at,
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
        cast(dated.amount as decimal(26, 4)) * cast(fx.rate_to_base as decimal(12, 8)), 2
      ) as decimal(18, 4))
  end as amount_base,
  case
    when dated.known_outcome = 'won'
      then date_diff('second', dated.created_at, dated.closed_at) / 86400.0
  end as cycle_days,
  dated.decision_maker_identified,
  dated.requirement_completeness,
  dated.budget_confirmed,
  dated._load,
  dated._line
from dated
left join core.dim_customer as customer on dated.customer_id = customer.customer_id
left join core.fx_day as fx
  on dated.currency = fx.currency and dated.valued_date = fx.calendar_date
