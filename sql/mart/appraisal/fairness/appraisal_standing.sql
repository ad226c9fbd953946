-- table: mart.appraisal_standing
-- grain: one row per employee and period with a score
-- key:   employee_id, period
-- why:   the ranks that a score cannot be told apart from: from the best to the worst of those within the
--        scheme's reach (mart.appraisal_reliability). Without a reach no rank is sure and none is said
with scored as (
  select
    computed.employee_id,
    computed.period,
    computed.scheme_id,
    computed.rank,
    computed.score,
    reliability.reach,
    count(*) over (partition by computed.scheme_id, computed.period) as people
  from mart.appraisal_computed as computed
  inner join mart.appraisal_reliability as reliability on computed.scheme_id = reliability.scheme_id
  where computed.score is not null and reliability.reach is not null
),

-- on one line: scores, and where each person's reach ends above and below; at one point those who stand
-- on it are within
placed as (
  select
    employee_id,
    period,
    scheme_id,
    'score' as kind,
    1 as turn,
    score as point
  from scored
  union all
  select
    employee_id,
    period,
    scheme_id,
    'above' as kind,
    2 as turn,
    cast(score + reach as decimal(9, 4)) as point
  from scored
  union all
  select
    employee_id,
    period,
    scheme_id,
    'below' as kind,
    0 as turn,
    cast(score - reach as decimal(9, 4)) as point
  from scored
),

counted as (
  select
    employee_id,
    period,
    kind,
    sum(case when kind = 'score' then 1 else 0 end) over (
      partition by scheme_id, period
      order by point asc, turn asc, employee_id asc
      rows between unbounded preceding and current row
    ) as up_to_here
  from placed
),

ended as (
  select
    employee_id,
    period,
    max(case when kind = 'above' then up_to_here end) as not_above,
    max(case when kind = 'below' then up_to_here end) as surely_below
  from counted
  group by employee_id, period
)

select
  scored.employee_id,
  scored.period,
  scored.scheme_id,
  scored.score,
  scored.rank,
  cast(1 + scored.people - ended.not_above as bigint) as rank_from,
  cast(scored.people - ended.surely_below as bigint) as rank_to
from scored
inner join ended on scored.employee_id = ended.employee_id and scored.period = ended.period
