-- table: mart.appraisal_refused
-- grain: one row per score, target or slip that was not counted
-- key:   kind, employee_id, period, name, given_at
-- why:   what somebody wrote about a person and why no scorecard takes it, so that it can be set right:
--        a rating of oneself, a score above the scale, an indicator that no scheme has, a person
--        who was not there. Decisions that were not applied are in mart.appraisal_decision
with named as (
  select
    strftime(period_start, '%Y-%m') as period,
    period_start,
    period_end
  from core.period
  where period_kind = 'month'
  union all
  select
    concat(
      strftime(period_start, '%Y'), '-Q', cast(extract(quarter from period_start) as varchar)
    ) as period,
    period_start,
    period_end
  from core.period
  where period_kind = 'quarter'
  union all
  select
    concat(
      strftime(period_start, '%Y'),
      case when extract(month from period_start) = 1 then '-H1' else '-H2' end
    ) as period,
    period_start,
    cast(period_start + interval 6 month - interval 1 day as date) as period_end
  from core.period
  where period_kind = 'quarter' and extract(month from period_start) in (1, 7)
  union all
  select
    strftime(period_start, '%Y') as period,
    period_start,
    period_end
  from core.period
  where period_kind = 'year'
),

manual as (
  select
    part.manual_indicator,
    max(coalesce(indicator.most, 100)) as most
  from policy.appraisal_part as part
  left join policy.appraisal_indicator as indicator
    on
      part.scheme_id = indicator.scheme_id
      and part.version = indicator.version
      and case when part.part = 'indicator' then part.part_id end = indicator.indicator
  where part.manual_indicator is not null
  group by part.manual_indicator
),

stated as (
  select
    'score' as kind,
    input.employee_id,
    input.period,
    input.indicator as name,
    cast(input.rated_at as date) as given_at,
    input.score as stated,
    input.rater_id as given_by,
    case
      when manual.manual_indicator is null then 'no_such_indicator'
      when input.score > manual.most then 'above_the_scale'
      when input.rater_id = input.employee_id then 'of_oneself'
      when named.period is null then 'no_such_period'
    end as refused_for,
    named.period_start,
    named.period_end,
    input._load,
    input._line
  from staging.appraisal_input as input
  left join manual on input.indicator = manual.manual_indicator
  left join named on input.period = named.period
  union all
  select
    'target' as kind,
    target.employee_id,
    target.period,
    target.indicator as name,
    cast(target.agreed_at as date) as given_at,
    target.target as stated,
    target.agreed_by as given_by,
    case
      when part.part_id is null then 'no_such_indicator'
      when target.target <= 0 then 'not_above_zero'
      when named.period is null then 'no_such_period'
    end as refused_for,
    named.period_start,
    named.period_end,
    target._load,
    target._line
  from staging.agreed_target as target
  left join (
    select distinct part_id
    from policy.appraisal_part
    where part = 'indicator' and against = 'quota'
  ) as part
    on target.indicator = part.part_id
  left join named on target.period = named.period
  union all
  select
    'slip' as kind,
    slip.employee_id,
    strftime(slip.slip_date, '%Y-%m') as period,
    slip.kind as name,
    slip.slip_date as given_at,
    slip.points as stated,
    slip.approved_by as given_by,
    case when slip.approved_by = slip.employee_id then 'of_oneself' end as refused_for,
    slip.slip_date as period_start,
    slip.slip_date as period_end,
    slip._load,
    slip._line
  from staging.appraisal_slip as slip
),

present as (
  select
    stated.kind,
    stated.employee_id,
    stated.period,
    stated.name,
    stated.given_at,
    count(org.calendar_date) as active_days
  from stated
  left join core.org_day as org
    on
      stated.employee_id = org.employee_id
      and org.calendar_date between stated.period_start and stated.period_end
      and org.is_active
  where stated.refused_for is null
  group by stated.kind, stated.employee_id, stated.period, stated.name, stated.given_at
)

select
  stated.kind,
  stated.employee_id,
  stated.period,
  stated.name,
  stated.given_at,
  stated.stated,
  stated.given_by,
  coalesce(stated.refused_for, 'not_there') as refused_for,
  stated._load,
  stated._line
from stated
left join present
  on
    stated.kind = present.kind
    and stated.employee_id = present.employee_id
    and stated.period = present.period
    and stated.name = present.name
    and stated.given_at = present.given_at
where stated.refused_for is not null or present.active_days = 0
