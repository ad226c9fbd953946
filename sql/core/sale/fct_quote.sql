-- table: core.fct_quote
-- grain: one row per quote asked for, submitted or accepted up to the day of the report
-- key:   quote_id
-- why:   was a proposal there when it was due and how well did it fit; what discount was given
--        against what the seller may give
with quote as (
  select
    quote.quote_id,
    quote.opportunity_id,
    quote.requested_at,
    case when quote.due_at < parameter.as_of_end then quote.due_at end as due_at,
    case
      when quote.submitted_at < parameter.as_of_end and coalesce(quote.status, 'submitted') <> 'draft'
        then quote.submitted_at
    end as submitted_at,
    case
      when quote.status = 'accepted' and quote.decided_at < parameter.as_of_end then quote.decided_at
    end as accepted_at,
    quote.list_amount,
    quote.net_amount,
    quote.authority_discount_pct,
    quote.fit_score,
    quote.feedback_score,
    coalesce(quote.currency, parameter.base_currency) as currency,
    parameter.base_currency,
    quote._load,
    quote._line
  from staging.quote as quote
  cross join core.parameter as parameter
),

dated as (
  select
    quote.*,
    coalesce(quote.accepted_at, quote.submitted_at, quote.due_at) as happened_at
  from quote
  where coalesce(quote.accepted_at, quote.submitted_at, quote.due_at) is not null
)

select
  dated.quote_id,
  dated.opportunity_id,
  coalesce(span.owner_id, opportunity.owner_id) as owner_id,
  opportunity.segment,
  cast(dated.due_at as date) as due_date,
  cast(dated.submitted_at as date) as submitted_date,
  cast(dated.accepted_at as date) as accepted_date,
  dated.accepted_at is not null as is_accepted,
  coalesce(dated.submitted_at <= dated.due_at, false) as is_on_time,
  -- an answer before the question is none
  case
    when dated.submitted_at >= dated.requested_at
      then date_diff('second', dated.requested_at, dated.submitted_at) / cast(86400 as double)
  end as response_days,
  dated.fit_score,
  dated.feedback_score,
  dated.list_amount,
  dated.net_amount,
  dated.authority_discount_pct,
  case
    when dated.currency = dated.base_currency then dated.list_amount
    else
      cast(round(
        cast(dated.list_amount as decimal(24, 4)) * cast(fx.rate_to_base as decimal(14, 8)), 2
      ) as decimal(18, 4))
  end as list_amount_base,
  case
    when dated.currency = dated.base_currency then dated.net_amount
    else
      cast(round(
        cast(dated.net_amount as decimal(24, 4)) * cast(fx.rate_to_base as decimal(14, 8)), 2
      ) as decimal(18, 4))
  end as net_amount_base,
  -- beyond authority when net < list × (1 − authority): compared without a division
  dated.accepted_at is not null
  and coalesce(
    cast(dated.list_amount - dated.net_amount as decimal(26, 4)) * 100
    > cast(dated.list_amount as decimal(26, 4)) * dated.authority_discount_pct,
    false
  ) as is_breach,
  dated._load,
  dated._line
from dated
inner join core.fct_opportunity as opportunity on dated.opportunity_id = opportunity.opportunity_id
left join core.opportunity_owner_span as span
  on
    dated.opportunity_id = span.opportunity_id
    and dated.happened_at > span.valid_from
    and dated.happened_at <= span.valid_before
left join core.fx_day as fx
  on dated.currency = fx.currency and cast(dated.happened_at as date) = fx.calendar_date
