-- who is asked for how many scores of the newest periods and gave how many, how high and how far apart
with rated as (
  select
    rating.rater_id,
    rating.employee_id,
    rating.indicator,
    avg(rating.score) as score,
    avg(rating.distance) as distance
  from core.fct_rating as rating
  inner join core.appraisal_stretch as stretch
    on
      rating.employee_id = stretch.employee_id
      and (
        rating.period = stretch.period
        or rating.period between strftime(stretch.period_start, '%Y-%m')
        and strftime(stretch.period_end, '%Y-%m')
      )
  inner join
    mart.appraisal_latest as latest
    on stretch.scheme_id = latest.scheme_id and stretch.period = latest.period
  group by rating.rater_id, rating.employee_id, rating.indicator
),

scored as (
  select
    rater_id,
    count(distinct employee_id) as people,
    cast(avg(score) as decimal(9, 2)) as mean_score,
    cast(min(score) as decimal(9, 2)) as lowest,
    cast(max(score) as decimal(9, 2)) as highest,
    cast(avg(distance) as decimal(9, 2)) as spread,
    cast(avg(avg(score)) over () as decimal(9, 2)) as everybody
  from rated
  group by rater_id
),

-- a score that counts may be anybody's; a form asks once, however many schemes count it
asked as (
  select
    asked.leader_id,
    asked.employee_id,
    asked.indicator,
    bool_or(given.employee_id is null) as is_missing
  from core.appraisal_asked as asked
  inner join
    mart.appraisal_latest as latest
    on asked.scheme_id = latest.scheme_id and asked.period = latest.period
  left join core.appraisal_given as given
    on
      asked.employee_id = given.employee_id
      and asked.period = given.period
      and asked.scheme_id = given.scheme_id
      and asked.indicator = given.manual_indicator
  group by asked.leader_id, asked.employee_id, asked.indicator
),

coverage as (
  select
    leader_id as rater_id,
    count(*) as asked_scores,
    count(case when is_missing then 1 end) as missing_scores
  from asked
  group by leader_id
)

select
  coalesce(scored.rater_id, coverage.rater_id) as rater_id,
  coverage.asked_scores,
  coverage.missing_scores,
  scored.people,
  scored.mean_score,
  scored.lowest,
  scored.highest,
  scored.spread,
  scored.everybody
from scored
full join coverage on scored.rater_id = coverage.rater_id
order by scored.mean_score desc nulls last, coalesce(scored.rater_id, coverage.rater_id) asc
