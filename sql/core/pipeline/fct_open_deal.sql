-- table: core.fct_open_deal
-- grain: one row per opportunity, state and span of days it was in that state
-- key:   opportunity_id, state, valid_from
-- why:   how many deals were open, untouched for too long, or open for too long, on any past day: an
--        activity and a change of stage, amount, due date or owner are touches
with span as (
  select
    opportunity_id,
    owner_id,
    valid_from,
    valid_before,
    amount_base,
    _load,
    _line
  from core.pipeline_span
),

touch as (
  select
    opportunity_id,
    valid_from as touched_date
  from span
  union
  select
    opportunity_id,
    occurred_date as touched_date
  from core.fct_activity
  where opportunity_id is not null
  union
  select
    opportunity_id,
    entered_date as touched_date
  from core.fct_stage_visit
),

quiet as (
  select
    opportunity_id,
    touched_date,
    coalesce(
      lead(touched_date) over (partition by opportunity_id order by touched_date), date '9999-12-31'
    ) as next_touched_date
  from touch
),

idle as (
  select
    quiet.opportunity_id,
    cast(quiet.touched_date + parameter.stale_after_days * interval 1 day as date) as idle_from,
    quiet.next_touched_date as idle_before
  from quiet
  cross join core.parameter as parameter
  where quiet.touched_date + parameter.stale_after_days * interval 1 day < quiet.next_touched_date
)

select
  opportunity_id,
  'open' as state,
  owner_id,
  valid_from,
  valid_before,
  amount_base,
  _load,
  _line
from span
union all
select
  span.opportunity_id,
  'stale' as state,
  span.owner_id,
  greatest(span.valid_from, idle.idle_from) as valid_from,
  least(span.valid_before, idle.idle_before) as valid_before,
  span.amount_base,
  span._load,
  span._line
from span
inner join idle
  on
    span.opportunity_id = idle.opportunity_id
    and span.valid_before > idle.idle_from
    and span.valid_from < idle.idle_before
union all
select
  span.opportunity_id,
  'long_open' as state,
  span.owner_id,
  greatest(
    span.valid_from,
    cast(opportunity.created_date + term.long_open_after_days * interval 1 day as date)
  ) as valid_from,
  span.valid_before,
  span.amount_base,
  span._load,
  span._line
from span
inner join core.fct_opportunity as opportunity on span.opportunity_id = opportunity.opportunity_id
cross join policy.term as term
where opportunity.created_date + term.long_open_after_days * interval 1 day < span.valid_before
