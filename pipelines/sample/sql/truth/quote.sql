-- grain: one row per deal and quote version
-- why:   what was offered, when it was due and how much of the list price was given away
with quoted as (
  select
    deal.deal_key,
    deal.deal_no,
    deal.outcome,
    deal.currency,
    deal.segment,
    deal.target_cents,
    deal.closed_at,
    milestone.quoted_from_at as requested_at,
    -- the clock of the quote runs to the end of the deal or of the data
    coalesce(deal.closed_at, getvariable('last_day')::timestamp + interval 18 hour) as until_at,
    value.list_cents,
    value.net_cents,
    value.cost_cents
  from deal
  inner join deal_milestone as milestone on deal.deal_key = milestone.deal_key
  inner join deal_value as value on deal.deal_key = value.deal_key
  where milestone.quoted_from_at is not null
),

versioned as (
  select
    *,
    1 + (chance('versions', deal_key) < 0.32)::int + (chance('versions', deal_key) < 0.06)::int
      as versions,
    unnest(range(
      1, 2 + (chance('versions', deal_key) < 0.32)::int + (chance('versions', deal_key) < 0.06)::int
    ))::int as version
  from quoted
),

timed as (
  select
    *,
    deal_key * 4 + version as quote_key,
    date_diff('minute', requested_at, until_at) as window_minutes,
    requested_at + to_minutes(
      date_diff('minute', requested_at, until_at) * (version - 1) // (versions + 1)
    ) as version_requested_at
  from versioned
),

submitted as (
  select
    *,
    version_requested_at + to_days((4 + roll('allowed', quote_key, 6))::int) as due_at,
    version_requested_at + to_minutes(least(
      (60 * 24 * (1.2 + 2.9 * wait('writing', quote_key)))::bigint,
      window_minutes * 8 // (10 * (versions + 1))
    )) as would_submit_at
  from timed
)

select
  quote_key,
  deal_no,
  row_number() over (order by version_requested_at, quote_key)::bigint as quote_no,
  version,
  date_trunc('minute', version_requested_at) as requested_at,
  date_trunc('minute', due_at) as due_at,
  case
    when outcome <> 'open' or version < versions or chance('in writing', quote_key) < 0.8
      then date_trunc('minute', would_submit_at)
  end as submitted_at,
  case
    when outcome = 'won' and version = versions then closed_at
    when outcome <> 'open' and version = versions and chance('answered', quote_key) < 0.7
      then closed_at
    when version < versions
      then date_trunc('minute', would_submit_at + to_minutes(window_minutes // (12 * versions)))
  end as decided_at,
  case
    when outcome = 'won' and version = versions then 'accepted'
    when version < versions then 'rejected'
    when outcome = 'open'
      then case when chance('in writing', quote_key) < 0.8 then 'submitted' else 'draft' end
    when outcome = 'abandoned' or chance('answered', quote_key) >= 0.7 then 'submitted'
    else 'rejected'
  end as status,
  list_cents,
  -- earlier versions gave away less
  share_of(net_cents, 1000 + (versions - version) * (15 + roll('step', quote_key, 25)), 1000)
    as net_cents,
  case when segment = 'strategic' or target_cents > 50000000 then 15 else 12 end as authority_pct,
  cost_cents,
  case
    when chance('fit', quote_key) < 0.8
      then greatest(20, least(
        100, 76 + (11 * bell('fit score', quote_key))::int
        + case outcome when 'won' then 7 else 0 end
      ))
  end as fit_score,
  case
    when chance('answer', quote_key) < 0.65
      then greatest(1, least(
        5, 3 + (bell('answer score', quote_key) * 0.9)::int
        + case outcome when 'won' then 1 else 0 end
      ))
  end as feedback_score,
  currency
from submitted
