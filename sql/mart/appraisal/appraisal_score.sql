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
        then
          sign(kpi.value) * cast(
            (
              2 * cast(abs(kpi.value) * 100000000 as hugeint) * 100000000
              + cast(kpi.target * 100000000 as hugeint)
            ) // (2 * cast(nullif(kpi.target, 0) * 100000000 as hugeint)) as decimal(30, 0)
          ) * cast(0.00000001 as decimal(8, 8))
      else kpi.value
    end as measure,
    coalesce(kpi.n, manual.n, 0) as n,
    coalesce(indicator.kpi_id, concat('manual:', indicator.manual_indicator)) as source
  from member
  inner join policy.appraisal_indicator as indicator on member.scheme_id = indicator.scheme_id
  left join kpi.appraised as kpi
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

-- which straight line of the curve a measure lies on, from (x_from, score_from) to (x_to, score_to)
lined as (
  select
    turned.*,
    case when turned.x >= turned.x_target then turned.x_target else turned.x_threshold end as x_from,
    case when turned.x >= turned.x_target then turned.x_stretch else turned.x_target end as x_to,
    case when turned.x >= turned.x_target then turned.target_score else turned.threshold_score end
      as score_from,
    case when turned.x >= turned.x_target then turned.stretch_score else turned.target_score end
      as score_to
  from turned
),

-- in integers, so that half a unit of the last decimal always rounds up
weighed as (
  select
    lined.*,
    cast(lined.score_from * 10000 as hugeint) * cast((lined.x_to - lined.x) * 100000000 as hugeint)
    + cast(lined.score_to * 10000 as hugeint) * cast((lined.x - lined.x_from) * 100000000 as hugeint)
      as score_times_width,
    cast((lined.x_to - lined.x_from) * 100000000 as hugeint) as width
  from lined
),

scored as (
  select
    weighed.*,
    case
      when not weighed.is_counted then null
      when weighed.manual_indicator is not null then cast(weighed.measure as decimal(9, 4))
      when weighed.x < weighed.x_threshold then cast(0 as decimal(9, 4))
      when weighed.x >= weighed.x_stretch then weighed.stretch_score
      else
        cast(
          cast(
            (2 * weighed.score_times_width + weighed.width) // (2 * nullif(weighed.width, 0))
            as decimal(18, 0)
          ) * cast(0.0001 as decimal(5, 4)) as decimal(9, 4)
        )
    end as score,
    sum(case when weighed.is_counted then weighed.weight else 0 end) over (
      partition by weighed.employee_id, weighed.period, weighed.scheme_id
    ) as counted_weight
  from weighed
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
        cast(
          cast(
            (
              2 * cast(score * 10000 as bigint) * cast(weight * 10000 as bigint)
              + cast(counted_weight * 10000 as bigint)
            ) // (2 * cast(nullif(counted_weight, 0) * 10000 as bigint)) as decimal(18, 0)
          ) * cast(0.0001 as decimal(5, 4)) as decimal(9, 4)
        )
    else cast(0 as decimal(9, 4))
  end as weighted_score,
  source,
  active_days
from scored
