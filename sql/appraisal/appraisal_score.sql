-- table: mart.appraisal_score
-- grain: one row per employee, period and indicator
-- key:   employee_id, period, indicator
-- why:   each indicator of a scorecard with its weight, target, actual and score, so that a score
--        can be explained down to the KPI it comes from
with period as (
  select
    period_kind,
    period_start,
    period_end
  from core.period
  where period_kind in ('month', 'quarter', 'year') and not is_partial
),

member as (
  select
    scheme.scheme_id,
    scheme.period_kind,
    period.period_start,
    period.period_end,
    case scheme.period_kind
      when 'month' then strftime(period.period_start, '%Y-%m')
      when 'quarter'
        then
          concat(
            strftime(period.period_start, '%Y'),
            '-Q',
            cast(extract(quarter from period.period_start) as varchar)
          )
      else strftime(period.period_start, '%Y')
    end as period,
    org.employee_id,
    count(*) as active_days
  from policy.appraisal_scheme as scheme
  inner join period
    on scheme.period_kind = period.period_kind and scheme.valid_from <= period.period_start
  inner join core.org_day as org
    on
      org.calendar_date between period.period_start and period.period_end
      and scheme.role = org.role
      and org.is_active
  group by scheme.scheme_id, scheme.period_kind, period.period_start, period.period_end, org.employee_id
),

-- scores given by hand for the period itself, or the mean of those given for its months
manual as (
  select
    member.employee_id,
    member.period,
    given.indicator,
    cast(coalesce(
      avg(case when member.period = given.period then given.score end), avg(given.score)
    ) as decimal(9, 4)) as score,
    coalesce(nullif(sum(case when member.period = given.period then 1 else 0 end), 0), count(*)) as n
  from member
  inner join staging.appraisal_input as given
    on
      member.employee_id = given.employee_id
      and (
        member.period = given.period
        or (
          given.period >= strftime(member.period_start, '%Y-%m')
          and given.period <= strftime(member.period_end, '%Y-%m')
          and length(given.period) = 7
          and given.period not like '%Q%'
        )
      )
  group by member.employee_id, member.period, given.indicator
),

measured as (
  select
    member.employee_id,
    member.period,
    member.period_start,
    member.period_end,
    member.scheme_id,
    member.active_days,
    indicator.indicator,
    indicator.position,
    indicator.weight,
    indicator.against,
    indicator.lower_is_better,
    indicator.min_n,
    indicator.threshold,
    indicator.target as curve_target,
    indicator.stretch,
    indicator.threshold_score,
    indicator.target_score,
    indicator.stretch_score,
    indicator.manual_indicator,
    case when indicator.against = 'quota' then kpi.target else indicator.target end as target,
    case
      when indicator.manual_indicator is not null then cast(manual.score as decimal(38, 8))
      else kpi.value
    end as actual,
    case
      when indicator.manual_indicator is not null then cast(manual.score as decimal(38, 8))
      when indicator.against = 'quota'
        then cast(cast(kpi.value as double) / nullif(cast(kpi.target as double), 0) as decimal(38, 8))
      else kpi.value
    end as measure,
    coalesce(kpi.n, manual.n, 0) as n,
    coalesce(indicator.kpi_id, concat('manual:', indicator.manual_indicator)) as source
  from member
  inner join policy.appraisal_indicator as indicator on member.scheme_id = indicator.scheme_id
  left join mart.kpi_value as kpi
    on
      indicator.kpi_id = kpi.kpi_id
      and member.period_kind = kpi.period_kind
      and member.period_start = kpi.period_start
      and kpi.scope_kind = 'employee'
      and member.employee_id = kpi.scope_id
  left join manual
    on
      member.employee_id = manual.employee_id
      and member.period = manual.period
      and indicator.manual_indicator = manual.indicator
),

-- both directions on one axis: for "lower is better" all signs turn
turned as (
  select
    measured.*,
    case when measured.lower_is_better then -measured.measure else measured.measure end as x,
    case when measured.lower_is_better then -measured.threshold else measured.threshold end as x_threshold,
    case when measured.lower_is_better then -measured.curve_target else measured.curve_target end as x_target,
    case when measured.lower_is_better then -measured.stretch else measured.stretch end as x_stretch,
    measured.measure is not null and measured.n >= measured.min_n as is_counted
  from measured
),

scored as (
  select
    turned.*,
    case
      when not turned.is_counted then null
      when turned.manual_indicator is not null then cast(turned.measure as decimal(9, 4))
      when turned.x < turned.x_threshold then cast(0 as decimal(9, 4))
      when turned.x >= turned.x_stretch then turned.stretch_score
      when turned.x >= turned.x_target
        then
          cast(round(
            cast(turned.target_score as double) + cast(turned.stretch_score - turned.target_score as double)
            * (
              cast(turned.x - turned.x_target as double)
              / nullif(cast(turned.x_stretch - turned.x_target as double), 0)
            ),
            4
          ) as decimal(9, 4))
      else
        cast(round(
          cast(turned.threshold_score as double)
          + cast(turned.target_score - turned.threshold_score as double)
          * (
            cast(turned.x - turned.x_threshold as double)
            / nullif(cast(turned.x_target - turned.x_threshold as double), 0)
          ),
          4
        ) as decimal(9, 4))
    end as score,
    sum(case when turned.is_counted then turned.weight else 0 end) over (
      partition by turned.employee_id, turned.period, turned.scheme_id
    ) as counted_weight
  from turned
)

select
  employee_id,
  period,
  period_start,
  period_end,
  scheme_id,
  indicator,
  position,
  weight,
  target,
  actual,
  measure,
  n,
  is_counted,
  score,
  -- the weight of what could not be judged goes to what could, in proportion
  case
    when is_counted
      then
        cast(
          round(cast(weight as double) * 100 / nullif(cast(counted_weight as double), 0), 4) as decimal(9, 4)
        )
    else cast(0 as decimal(9, 4))
  end as counted_weight,
  case
    when is_counted
      then
        cast(round(
          cast(score as double) * cast(weight as double) / nullif(cast(counted_weight as double), 0), 4
        ) as decimal(9, 4))
    else cast(0 as decimal(9, 4))
  end as weighted_score,
  source,
  active_days
from scored
