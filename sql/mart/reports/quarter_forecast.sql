-- table: mart.quarter_forecast
-- grain: one row per quarter, scope and number of days before the quarter's end
-- key:   quarter_start, scope_kind, scope_id, days_before_end
-- why:   what the quarter will bring: signed, plus open deals weighted by what became of such deals
--        at the same distance from the end of the four quarters before, plus what those quarters
--        still signed from deals nobody had seen yet. Past quarters show what the same method,
--        knowing only what was known then, would have said 13, 4 and 1 weeks before their end.
--        A contract counts for the unit of its owner when it was signed, an open deal for the unit
--        of its owner on the day of the forecast
with quarter as (
  select
    period.period_start as quarter_start,
    period.period_end as quarter_end,
    period.is_current,
    row_number() over (order by period.period_start desc) as age
  from core.period as period
  cross join core.parameter as parameter
  where period.period_kind = 'quarter' and period.period_start <= parameter.as_of_date
),

distance as (
  select 91 as days_before_end
  union
  select 28 as days_before_end
  union
  select 7 as days_before_end
  union
  select date_diff('day', parameter.as_of_date, quarter.quarter_end) as days_before_end
  from quarter
  cross join core.parameter as parameter
  where quarter.is_current
),

moment as (
  select
    quarter.quarter_start,
    quarter.quarter_end,
    quarter.is_current,
    quarter.age,
    distance.days_before_end,
    cast(quarter.quarter_end - interval 1 day * distance.days_before_end as date) as forecast_date
  from quarter
  cross join distance
  cross join core.parameter as parameter
  where
    quarter.age <= 9
    and cast(quarter.quarter_end - interval 1 day * distance.days_before_end as date)
    <= parameter.as_of_date
),

signed_unit as (
  select
    moment.quarter_start,
    moment.days_before_end,
    coalesce(org.team_id, '(none)') as team_id,
    coalesce(org.region_id, '(none)') as region_id,
    parameter.company_id,
    sum(case when contract.signed_date <= moment.forecast_date then contract.net_amount_base else 0 end)
      as signed_amount,
    sum(contract.net_amount_base) as actual_amount
  from moment
  cross join core.parameter as parameter
  inner join core.fct_contract as contract
    on contract.signed_date between moment.quarter_start and moment.quarter_end
  left join core.org_day as org
    on contract.owner_id = org.employee_id and contract.signed_date = org.calendar_date
  group by
    moment.quarter_start,
    moment.days_before_end,
    coalesce(org.team_id, '(none)'),
    coalesce(org.region_id, '(none)'),
    parameter.company_id
),

signed as (
  select
    quarter_start,
    days_before_end,
    case
      when grouping(team_id) = 0 then 'team'
      when grouping(region_id) = 0 then 'region'
      else 'company'
    end as scope_kind,
    coalesce(team_id, region_id, company_id) as scope_id,
    sum(signed_amount) as signed_amount,
    sum(actual_amount) as actual_amount
  from signed_unit
  group by grouping sets (
    (quarter_start, days_before_end, team_id),
    (quarter_start, days_before_end, region_id),
    (quarter_start, days_before_end, company_id)
  )
),

open_then as (
  select
    moment.quarter_start,
    moment.quarter_end,
    moment.days_before_end,
    moment.forecast_date,
    span.opportunity_id,
    span.owner_id,
    span.amount_base
  from moment
  inner join core.pipeline_span as span
    on
      moment.forecast_date >= span.valid_from
      and moment.forecast_date < span.valid_before
      and moment.quarter_end >= span.expected_close_date
),

staged as (
  select
    open_then.quarter_start,
    open_then.days_before_end,
    open_then.forecast_date,
    open_then.opportunity_id,
    open_then.owner_id,
    opportunity.segment,
    max(open_then.amount_base) as amount_base,
    max(case
      when opportunity.is_won and opportunity.closed_date <= open_then.quarter_end then 1
      else 0
    end) as won,
    arg_max(visit.stage_id, visit.visit_no) as stage_id
  from open_then
  inner join core.fct_opportunity as opportunity
    on open_then.opportunity_id = opportunity.opportunity_id
  inner join core.fct_stage_visit as visit
    on
      open_then.opportunity_id = visit.opportunity_id
      and open_then.forecast_date >= visit.entered_date
  group by
    open_then.quarter_start,
    open_then.days_before_end,
    open_then.forecast_date,
    open_then.opportunity_id,
    open_then.owner_id,
    opportunity.segment
),

by_stage as (
  select
    staged.quarter_start,
    staged.days_before_end,
    staged.stage_id,
    staged.segment,
    coalesce(org.team_id, '(none)') as team_id,
    coalesce(org.region_id, '(none)') as region_id,
    count(*) as deals,
    sum(staged.won) as won,
    sum(staged.amount_base) as open_amount,
    sum(case when staged.won = 1 then staged.amount_base else 0 end) as won_amount
  from staged
  left join core.org_day as org
    on staged.owner_id = org.employee_id and staged.forecast_date = org.calendar_date
  group by
    staged.quarter_start,
    staged.days_before_end,
    staged.stage_id,
    staged.segment,
    coalesce(org.team_id, '(none)'),
    coalesce(org.region_id, '(none)')
),

-- from the whole company: a team's own history is too short
learnt as (
  select
    moment.quarter_start,
    moment.days_before_end,
    past.stage_id,
    cast(
      (2 * cast(sum(past.won) as bigint) * 1000000 + cast(sum(past.deals) as bigint))
      // (2 * cast(sum(past.deals) as bigint)) * cast(0.000001 as decimal(6, 6)) as decimal(9, 6)
    ) as win_share
  from moment
  inner join quarter as earlier on earlier.age between moment.age + 1 and moment.age + 4
  inner join by_stage as past
    on
      earlier.quarter_start = past.quarter_start
      and moment.days_before_end = past.days_before_end
  group by moment.quarter_start, moment.days_before_end, past.stage_id
  having sum(past.deals) >= 30
),

weighed as (
  select
    now.quarter_start,
    now.days_before_end,
    now.team_id,
    now.region_id,
    parameter.company_id,
    now.deals,
    now.open_amount,
    now.won_amount,
    -- in whole cents, so that teams add up to regions and regions to the company
    round(
      cast(now.open_amount as decimal(26, 4))
      * cast(coalesce(
        learnt.win_share,
        cast(
          coalesce(difference.probability_pct, stage.probability_pct) * cast(0.01 as decimal(3, 2))
          as decimal(9, 6)
        ),
        0
      ) as decimal(9, 6)), 2
    ) as weighted_amount
  from by_stage as now
  cross join core.parameter as parameter
  left join policy.stage as stage on now.stage_id = stage.stage_id
  left join policy.stage_segment as difference
    on now.stage_id = difference.stage_id and now.segment = difference.segment
  left join learnt
    on
      now.quarter_start = learnt.quarter_start
      and now.days_before_end = learnt.days_before_end
      and now.stage_id = learnt.stage_id
),

pipeline as (
  select
    quarter_start,
    days_before_end,
    case
      when grouping(team_id) = 0 then 'team'
      when grouping(region_id) = 0 then 'region'
      else 'company'
    end as scope_kind,
    coalesce(team_id, region_id, company_id) as scope_id,
    sum(deals) as deals,
    sum(open_amount) as open_amount,
    sum(won_amount) as won_amount,
    sum(weighted_amount) as weighted_amount
  from weighed
  group by grouping sets (
    (quarter_start, days_before_end, team_id),
    (quarter_start, days_before_end, region_id),
    (quarter_start, days_before_end, company_id)
  )
),

-- every unit that ever signed something or had a deal, in every quarter
scope as (
  select
    scope_kind,
    scope_id
  from signed
  union
  select
    scope_kind,
    scope_id
  from pipeline
  union
  select
    'company' as scope_kind,
    company_id as scope_id
  from core.parameter
),

-- a unit without people will sign nothing from deals nobody has seen
staffed as (
  select distinct
    moment.quarter_start,
    moment.days_before_end,
    'team' as scope_kind,
    org.team_id as scope_id
  from moment
  inner join core.org_day as org on moment.forecast_date = org.calendar_date
  where org.is_active and org.team_id is not null
  union all
  select distinct
    moment.quarter_start,
    moment.days_before_end,
    'region' as scope_kind,
    org.region_id as scope_id
  from moment
  inner join core.org_day as org on moment.forecast_date = org.calendar_date
  where org.is_active and org.region_id is not null
  union all
  select
    moment.quarter_start,
    moment.days_before_end,
    scope.scope_kind,
    scope.scope_id
  from moment
  cross join scope
  where scope.scope_kind = 'company' or scope.scope_id = '(none)'
),

outcome as (
  select
    moment.quarter_start,
    moment.quarter_end,
    moment.is_current,
    moment.age,
    moment.days_before_end,
    moment.forecast_date,
    scope.scope_kind,
    scope.scope_id,
    coalesce(signed.signed_amount, 0) as signed_amount,
    coalesce(signed.actual_amount, 0) as actual_amount,
    coalesce(pipeline.deals, 0) as deals,
    coalesce(pipeline.open_amount, 0) as open_amount,
    coalesce(pipeline.weighted_amount, 0) as weighted_amount,
    greatest(
      coalesce(signed.actual_amount, 0)
      - coalesce(signed.signed_amount, 0)
      - coalesce(pipeline.won_amount, 0),
      0
    ) as unseen_amount
  from moment
  cross join scope
  left join signed
    on
      moment.quarter_start = signed.quarter_start
      and moment.days_before_end = signed.days_before_end
      and scope.scope_kind = signed.scope_kind
      and scope.scope_id = signed.scope_id
  left join pipeline
    on
      moment.quarter_start = pipeline.quarter_start
      and moment.days_before_end = pipeline.days_before_end
      and scope.scope_kind = pipeline.scope_kind
      and scope.scope_id = pipeline.scope_id
),

unseen as (
  select
    now.quarter_start,
    now.days_before_end,
    now.scope_kind,
    now.scope_id,
    -- in whole numbers, half a cent up: a binary fraction may fall on the wrong side of a half
    cast(
      (2 * cast(sum(past.unseen_amount) * 10000 as bigint) + 100 * count(*)) // (200 * count(*))
      * cast(0.01 as decimal(3, 2)) as decimal(18, 4)
    ) as unseen_amount
  from outcome as now
  inner join staffed
    on
      now.quarter_start = staffed.quarter_start
      and now.days_before_end = staffed.days_before_end
      and now.scope_kind = staffed.scope_kind
      and now.scope_id = staffed.scope_id
  inner join outcome as past
    on
      now.days_before_end = past.days_before_end
      and now.scope_kind = past.scope_kind
      and now.scope_id = past.scope_id
      and past.age between now.age + 1 and now.age + 4
      and past.actual_amount > 0
  group by now.quarter_start, now.days_before_end, now.scope_kind, now.scope_id
)

select
  outcome.quarter_start,
  outcome.scope_kind,
  outcome.scope_id,
  outcome.quarter_end,
  outcome.is_current,
  outcome.days_before_end,
  outcome.forecast_date,
  cast(outcome.signed_amount as decimal(18, 4)) as signed_amount,
  cast(outcome.deals as bigint) as deals,
  cast(outcome.open_amount as decimal(18, 4)) as open_amount,
  cast(outcome.weighted_amount as decimal(18, 4)) as weighted_amount,
  coalesce(unseen.unseen_amount, 0) as unseen_amount,
  cast(
    outcome.signed_amount + outcome.weighted_amount + coalesce(unseen.unseen_amount, 0)
    as decimal(18, 4)
  ) as forecast_amount,
  case when not outcome.is_current then cast(outcome.actual_amount as decimal(18, 4)) end as actual_amount,
  cast(quota.quota as decimal(18, 4)) as quota
from outcome
left join unseen
  on
    outcome.quarter_start = unseen.quarter_start
    and outcome.days_before_end = unseen.days_before_end
    and outcome.scope_kind = unseen.scope_kind
    and outcome.scope_id = unseen.scope_id
left join core.quota_period as quota
  on
    quota.measure = 'contract_amount'
    and quota.period_kind = 'quarter'
    and outcome.quarter_start = quota.period_start
    and outcome.scope_kind = quota.scope_kind
    and outcome.scope_id = quota.scope_id
where outcome.age <= 5
