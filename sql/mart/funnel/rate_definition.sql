-- table: mart.rate_definition
-- grain: one row per definition, stage, running period and scope
-- key:   definition, stage_id, period_kind, period_start, scope_kind, scope_id
-- why:   the same deals give another win rate and another conversion in every tool, because each
--        counts other deals on other days; side by side, with what is divided by what, nobody argues
--        about the number. Stage (all) is the win rate, a stage is the conversion from it to the
--        next. Sources of the definitions: docs/adr/0010-rate-definitions.md
with period as (
  select
    period_kind,
    period_start,
    period_end,
    data_end
  from core.period
  where is_current and period_kind in ('month', 'quarter', 'year', 'rolling_13w')
),

since as (
  select min(period_start) as first_date from period
),

-- what lies before the win
stage as (
  select
    known.stage_id,
    row_number() over (order by known.stage_order) as place,
    row_number() over (order by known.stage_order desc) = 1 as is_last,
    lag(known.stage_id) over (order by known.stage_order) as previous_id
  from policy.stage as known
  inner join (
    select min(stage_order) as won_order
    from policy.stage
    where is_won_stage
  ) as won on known.stage_order < won.won_order
  where known.object = 'opportunity'
),

deal as (
  select
    opportunity.opportunity_id,
    coalesce(opportunity.owner_id, '(none)') as owner_id,
    opportunity.created_date,
    opportunity.closed_date,
    opportunity.is_won,
    opportunity.is_decided,
    coalesce(opportunity.amount_base, 0) > 0 as has_amount
  from core.fct_opportunity as opportunity
  cross join since
  where opportunity.created_date >= since.first_date or opportunity.closed_date >= since.first_date
),

-- the stages a deal came through, and whether it had skipped none until then
passed as (
  select
    entry.opportunity_id,
    deal.owner_id,
    deal.created_date,
    deal.closed_date,
    deal.is_won,
    entry.stage_id,
    stage.place,
    stage.is_last,
    max(case when entry.is_skipped then 1 else 0 end) over (
      partition by entry.opportunity_id order by stage.place
      rows between unbounded preceding and current row
    ) = 0 as is_unbroken
  from core.fct_stage_entry as entry
  inner join stage on entry.stage_id = stage.stage_id
  inner join deal on entry.opportunity_id = deal.opportunity_id
),

followed as (
  select
    passed.*,
    coalesce(lead(passed.is_unbroken) over (
      partition by passed.opportunity_id order by passed.place
    ), false) as is_next_unbroken
  from passed
),

reached as (
  select
    opportunity_id,
    max(place) as place,
    max(case when is_last and is_unbroken then 1 else 0 end) = 1 as is_whole_way
  from passed
  group by opportunity_id
),

-- the first day a deal really was in a stage
arrived as (
  select
    visit.opportunity_id,
    visit.stage_id,
    coalesce(visit.owner_id, '(none)') as owner_id,
    min(visit.entered_date) as arrived_date
  from core.fct_stage_visit as visit
  group by visit.opportunity_id, visit.stage_id, coalesce(visit.owner_id, '(none)')
),

counted as (
  -- won ÷ (won + lost), closed in the period
  select
    'narrow' as definition,
    '(all)' as stage_id,
    owner_id,
    closed_date as counted_date,
    case when is_won then 1 else 0 end as numerator,
    1 as denominator
  from deal
  where is_decided and closed_date is not null
  union all
  -- won ÷ (won + lost + abandoned + open for too long)
  select
    'broad' as definition,
    '(all)' as stage_id,
    owner_id,
    closed_date as counted_date,
    case when is_won then 1 else 0 end as numerator,
    1 as denominator
  from deal
  where closed_date is not null
  union all
  select
    'broad' as definition,
    '(all)' as stage_id,
    coalesce(open_deal.owner_id, '(none)') as owner_id,
    parameter.as_of_date as counted_date,
    0 as numerator,
    1 as denominator
  from core.fct_open_deal as open_deal
  cross join core.parameter as parameter
  where
    open_deal.state = 'long_open'
    and parameter.as_of_date >= open_deal.valid_from
    and parameter.as_of_date < open_deal.valid_before
  union all
  -- won ÷ (won + lost), of deals with an amount that came beyond the first stage
  select
    'accepted' as definition,
    '(all)' as stage_id,
    deal.owner_id,
    deal.closed_date as counted_date,
    case when deal.is_won then 1 else 0 end as numerator,
    1 as denominator
  from deal
  inner join reached on deal.opportunity_id = reached.opportunity_id
  where deal.is_decided and deal.closed_date is not null and deal.has_amount and reached.place > 1
  union all
  -- won in the period ÷ created in the period
  select
    'created' as definition,
    '(all)' as stage_id,
    owner_id,
    closed_date as counted_date,
    1 as numerator,
    0 as denominator
  from deal
  where is_won and closed_date is not null
  union all
  select
    'created' as definition,
    '(all)' as stage_id,
    owner_id,
    created_date as counted_date,
    0 as numerator,
    1 as denominator
  from deal
  union all
  -- of those that entered the funnel in the period, won until now; skipped stages count as passed
  select
    'entered' as definition,
    '(all)' as stage_id,
    owner_id,
    created_date as counted_date,
    case when is_won then 1 else 0 end as numerator,
    1 as denominator
  from deal
  union all
  select
    'entered' as definition,
    entry.stage_id,
    coalesce(entry.owner_id, '(none)') as owner_id,
    entry.entered_date as counted_date,
    case when entry.result = 'advanced' then 1 else 0 end as numerator,
    1 as denominator
  from core.fct_stage_entry as entry
  inner join stage on entry.stage_id = stage.stage_id
  union all
  -- of those created in the period, won after every stage in its order; who skips one drops out
  select
    'all_stages' as definition,
    '(all)' as stage_id,
    deal.owner_id,
    deal.created_date as counted_date,
    case when deal.is_won and coalesce(reached.is_whole_way, false) then 1 else 0 end as numerator,
    1 as denominator
  from deal
  left join reached on deal.opportunity_id = reached.opportunity_id
  union all
  select
    'all_stages' as definition,
    stage_id,
    owner_id,
    created_date as counted_date,
    case when is_next_unbroken or (is_last and is_won) then 1 else 0 end as numerator,
    1 as denominator
  from followed
  where is_unbroken
  union all
  -- really in the later stage in the period ÷ really in the earlier one in the period
  select
    'any_stages' as definition,
    '(all)' as stage_id,
    owner_id,
    closed_date as counted_date,
    1 as numerator,
    0 as denominator
  from deal
  where is_won and closed_date is not null
  union all
  select
    'any_stages' as definition,
    '(all)' as stage_id,
    arrived.owner_id,
    arrived.arrived_date as counted_date,
    0 as numerator,
    1 as denominator
  from arrived
  inner join stage on arrived.stage_id = stage.stage_id and stage.place = 1
  union all
  select
    'any_stages' as definition,
    arrived.stage_id,
    arrived.owner_id,
    arrived.arrived_date as counted_date,
    0 as numerator,
    1 as denominator
  from arrived
  inner join stage on arrived.stage_id = stage.stage_id
  union all
  select
    'any_stages' as definition,
    stage.previous_id as stage_id,
    arrived.owner_id,
    arrived.arrived_date as counted_date,
    1 as numerator,
    0 as denominator
  from arrived
  inner join stage on arrived.stage_id = stage.stage_id
  where stage.previous_id is not null
  union all
  select
    'any_stages' as definition,
    stage.stage_id,
    deal.owner_id,
    deal.closed_date as counted_date,
    1 as numerator,
    0 as denominator
  from deal
  inner join stage on stage.is_last
  where deal.is_won and deal.closed_date is not null
  union all
  -- of those that left a stage in the period, forward or lost, the share that went forward
  select
    'exited' as definition,
    '(all)' as stage_id,
    coalesce(stage_exit.owner_id, '(none)') as owner_id,
    stage_exit.left_date as counted_date,
    case when stage_exit.result = 'advanced' then 1 else 0 end as numerator,
    1 as denominator
  from core.fct_stage_exit as stage_exit
  inner join stage on stage_exit.stage_id = stage.stage_id
  where stage_exit.result in ('advanced', 'lost')
  union all
  select
    'exited' as definition,
    stage_exit.stage_id,
    coalesce(stage_exit.owner_id, '(none)') as owner_id,
    stage_exit.left_date as counted_date,
    case when stage_exit.result = 'advanced' then 1 else 0 end as numerator,
    1 as denominator
  from core.fct_stage_exit as stage_exit
  inner join stage on stage_exit.stage_id = stage.stage_id
  where stage_exit.result in ('advanced', 'lost')
),

of_day as (
  select
    counted.definition,
    counted.stage_id,
    counted.owner_id,
    counted.counted_date,
    sum(counted.numerator) as numerator,
    sum(counted.denominator) as denominator
  from counted
  cross join since
  where counted.counted_date >= since.first_date
  group by counted.definition, counted.stage_id, counted.owner_id, counted.counted_date
),

placed as (
  select
    of_day.definition,
    of_day.stage_id,
    period.period_kind,
    period.period_start,
    period.period_end,
    of_day.owner_id as employee_id,
    coalesce(org.team_id, '(none)') as team_id,
    coalesce(org.region_id, '(none)') as region_id,
    parameter.company_id,
    of_day.numerator,
    of_day.denominator
  from of_day
  inner join period on of_day.counted_date between period.period_start and period.data_end
  cross join core.parameter as parameter
  left join core.org_day as org
    on of_day.owner_id = org.employee_id and of_day.counted_date = org.calendar_date
),

scoped as (
  select
    definition,
    stage_id,
    period_kind,
    period_start,
    period_end,
    case
      when grouping(employee_id) = 0 then 'employee'
      when grouping(team_id) = 0 then 'team'
      when grouping(region_id) = 0 then 'region'
      else 'company'
    end as scope_kind,
    coalesce(employee_id, team_id, region_id, company_id) as scope_id,
    sum(numerator) as numerator,
    sum(denominator) as denominator
  from placed
  group by grouping sets (
    (definition, stage_id, period_kind, period_start, period_end, employee_id),
    (definition, stage_id, period_kind, period_start, period_end, team_id),
    (definition, stage_id, period_kind, period_start, period_end, region_id),
    (definition, stage_id, period_kind, period_start, period_end, company_id)
  )
)

select
  definition,
  stage_id,
  period_kind,
  period_start,
  scope_kind,
  scope_id,
  period_end,
  cast(numerator as bigint) as numerator,
  cast(denominator as bigint) as denominator,
  -- in whole numbers, half up; nothing to divide by gives no rate, not 0
  cast(
    (2 * cast(numerator as bigint) * 100000000 + cast(denominator as bigint))
    // (2 * nullif(cast(denominator as bigint), 0)) * cast(0.00000001 as decimal(8, 8)) as decimal(18, 8)
  ) as value
from scoped
