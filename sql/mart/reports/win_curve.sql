-- table: mart.win_curve
-- grain: one row per cohort, scope, segment and day since creation
-- key:   cohort, scope_kind, scope_id, segment, day_no
-- why:   of 100 such deals, how many are won by day t: cumulative incidence of "won" with "lost" as
--        the competing outcome and open deals censored (Aalen and Johansen, 1978). A mean over won
--        deals alone would forget those still open and those lost. A deal counts for the unit its owner
--        was in on the day it was created
with cohort as (
  select
    'current' as cohort,
    cast(as_of_date - interval 12 month as date) as from_date,
    as_of_date as seen_until,
    company_id
  from core.parameter
  union all
  select
    'previous' as cohort,
    cast(as_of_date - interval 24 month as date) as from_date,
    cast(as_of_date - interval 12 month as date) as seen_until,
    company_id
  from core.parameter
),

followed as (
  select
    cohort.cohort,
    cohort.company_id,
    coalesce(org.region_id, '(none)') as region_id,
    coalesce(org.team_id, '(none)') as team_id,
    coalesce(opportunity.segment, '(none)') as segment,
    least(
      date_diff(
        'day',
        opportunity.created_date,
        case
          when opportunity.closed_date <= cohort.seen_until then opportunity.closed_date
          else cohort.seen_until
        end
      ),
      181
    ) as day_no,
    opportunity.is_won and opportunity.closed_date <= cohort.seen_until as is_won,
    not opportunity.is_won and not opportunity.is_open and opportunity.closed_date <= cohort.seen_until
      as is_lost
  from core.fct_opportunity as opportunity
  inner join cohort
    on
      opportunity.created_date > cohort.from_date
      and opportunity.created_date <= cohort.seen_until
  left join core.org_day as org
    on opportunity.owner_id = org.employee_id and opportunity.created_date = org.calendar_date
),

counted_ends as (
  select
    cohort,
    case
      when grouping(team_id) = 0 then 'team'
      when grouping(region_id) = 0 then 'region'
      else 'company'
    end as scope_kind,
    coalesce(team_id, region_id, company_id) as scope_id,
    case when grouping(segment) = 0 then segment else '(all)' end as segment,
    day_no,
    sum(case when is_won then 1 else 0 end) as won,
    sum(case when is_lost then 1 else 0 end) as lost,
    count(*) as ended
  from followed
  group by grouping sets (
    (cohort, company_id, segment, day_no),
    (cohort, company_id, day_no),
    (cohort, region_id, day_no),
    (cohort, team_id, day_no)
  )
),

-- regions and teams have one curve, of this year's deals
ended as (
  select
    cohort,
    scope_kind,
    scope_id,
    segment,
    day_no,
    won,
    lost,
    ended
  from counted_ends
  where scope_kind = 'company' or cohort = 'current'
),

day as (
  select date_diff('day', date '2000-01-01', calendar_day) as day_no
  from (
    select unnest(generate_series(date '2000-01-01', date '2000-06-29', interval 1 day)) as calendar_day
  ) as series
),

population as (
  select
    cohort,
    scope_kind,
    scope_id,
    segment,
    sum(ended) as deals
  from ended
  group by cohort, scope_kind, scope_id, segment
),

counted as (
  select
    population.cohort,
    population.scope_kind,
    population.scope_id,
    population.segment,
    day.day_no,
    population.deals - coalesce(sum(ended.ended) over (
      partition by population.cohort, population.scope_kind, population.scope_id, population.segment
      order by day.day_no
      rows between unbounded preceding and 1 preceding
    ), 0) as at_risk,
    coalesce(ended.won, 0) as won,
    coalesce(ended.lost, 0) as lost
  from population
  cross join day
  left join ended
    on
      population.cohort = ended.cohort
      and population.scope_kind = ended.scope_kind
      and population.scope_id = ended.scope_id
      and population.segment = ended.segment
      and day.day_no = ended.day_no
),

surviving as (
  select
    counted.*,
    -- the share of deals still undecided before this day
    coalesce(exp(sum(
      case
        when counted.at_risk > counted.won + counted.lost
          then ln(1 - cast(counted.won + counted.lost as double) / cast(counted.at_risk as double))
        when counted.at_risk > 0 then -700
        else 0
      end
    ) over (
      partition by counted.cohort, counted.scope_kind, counted.scope_id, counted.segment
      order by counted.day_no
      rows between unbounded preceding and 1 preceding
    )), 1) as undecided
  from counted
)

select
  cohort,
  scope_kind,
  scope_id,
  segment,
  day_no,
  cast(at_risk as bigint) as at_risk,
  cast(won as bigint) as won,
  cast(lost as bigint) as lost,
  cast(sum(
    case when at_risk > 0 then undecided * cast(won as double) / cast(at_risk as double) else 0 end
  ) over so_far as decimal(18, 8)) as cumulative_won,
  cast(sum(
    case when at_risk > 0 then undecided * cast(lost as double) / cast(at_risk as double) else 0 end
  ) over so_far as decimal(18, 8)) as cumulative_lost
from surviving
window so_far as (
  partition by cohort, scope_kind, scope_id, segment order by day_no
  rows between unbounded preceding and current row
)
