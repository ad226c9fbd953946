-- table: mart.quarter_forecast
-- grain: one row per quarter and number of days before its end
-- key:   quarter_start, days_before_end
-- why:   what the quarter will bring: signed, plus open deals weighted by what became of such deals
--        at the same distance from the end of the four quarters before, plus what those quarters
--        still signed from deals nobody had seen yet. Past quarters show what the same method,
--        knowing only what was known then, would have said. 90 days is about the whole quarter
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
  select 90 as days_before_end
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

signed as (
  select
    moment.quarter_start,
    moment.days_before_end,
    sum(case when contract.signed_date <= moment.forecast_date then contract.net_amount_base else 0 end)
      as signed_amount,
    sum(contract.net_amount_base) as actual_amount
  from moment
  inner join core.fct_contract as contract
    on contract.signed_date between moment.quarter_start and moment.quarter_end
  group by moment.quarter_start, moment.days_before_end
),

open_then as (
  select
    moment.quarter_start,
    moment.quarter_end,
    moment.days_before_end,
    moment.forecast_date,
    span.opportunity_id,
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
    open_then.opportunity_id,
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
  group by open_then.quarter_start, open_then.days_before_end, open_then.opportunity_id
),

by_stage as (
  select
    quarter_start,
    days_before_end,
    stage_id,
    count(*) as deals,
    sum(won) as won,
    sum(amount_base) as open_amount,
    sum(case when won = 1 then amount_base else 0 end) as won_amount
  from staged
  group by quarter_start, days_before_end, stage_id
),

learnt as (
  select
    moment.quarter_start,
    moment.days_before_end,
    past.stage_id,
    cast(
      round(cast(sum(past.won) as double) / cast(sum(past.deals) as double), 6) as decimal(9, 6)
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

pipeline as (
  select
    now.quarter_start,
    now.days_before_end,
    sum(now.deals) as deals,
    sum(now.open_amount) as open_amount,
    sum(now.won_amount) as won_amount,
    sum(
      cast(now.open_amount as decimal(26, 4))
      * cast(coalesce(
        learnt.win_share,
        cast(stage.probability_pct * cast(0.01 as decimal(3, 2)) as decimal(9, 6)),
        0
      ) as decimal(9, 6))
    ) as weighted_amount
  from by_stage as now
  left join policy.stage as stage on now.stage_id = stage.stage_id
  left join learnt
    on
      now.quarter_start = learnt.quarter_start
      and now.days_before_end = learnt.days_before_end
      and now.stage_id = learnt.stage_id
  group by now.quarter_start, now.days_before_end
),

outcome as (
  select
    moment.quarter_start,
    moment.quarter_end,
    moment.is_current,
    moment.age,
    moment.days_before_end,
    moment.forecast_date,
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
  left join signed
    on
      moment.quarter_start = signed.quarter_start
      and moment.days_before_end = signed.days_before_end
  left join pipeline
    on
      moment.quarter_start = pipeline.quarter_start
      and moment.days_before_end = pipeline.days_before_end
),

unseen as (
  select
    now.quarter_start,
    now.days_before_end,
    cast(round(cast(sum(past.unseen_amount) as double) / count(*), 2) as decimal(18, 4)) as unseen_amount
  from outcome as now
  inner join outcome as past
    on
      now.days_before_end = past.days_before_end
      and past.age between now.age + 1 and now.age + 4
      and past.actual_amount > 0
  group by now.quarter_start, now.days_before_end
)

select
  outcome.quarter_start,
  outcome.quarter_end,
  outcome.is_current,
  outcome.days_before_end,
  outcome.forecast_date,
  cast(outcome.signed_amount as decimal(18, 4)) as signed_amount,
  cast(outcome.deals as bigint) as deals,
  cast(outcome.open_amount as decimal(18, 4)) as open_amount,
  cast(round(outcome.weighted_amount, 2) as decimal(18, 4)) as weighted_amount,
  coalesce(unseen.unseen_amount, 0) as unseen_amount,
  cast(
    outcome.signed_amount + round(outcome.weighted_amount, 2) + coalesce(unseen.unseen_amount, 0)
    as decimal(18, 4)
  ) as forecast_amount,
  case when not outcome.is_current then cast(outcome.actual_amount as decimal(18, 4)) end as actual_amount,
  cast(quota.quota as decimal(18, 4)) as quota
from outcome
cross join core.parameter as parameter
left join unseen
  on
    outcome.quarter_start = unseen.quarter_start
    and outcome.days_before_end = unseen.days_before_end
left join core.quota_period as quota
  on
    quota.measure = 'contract_amount'
    and quota.period_kind = 'quarter'
    and outcome.quarter_start = quota.period_start
    and quota.scope_kind = 'company'
    and parameter.company_id = quota.scope_id
where outcome.age <= 5
