-- who is asked for how many scores of the newest periods and gave how many, how high and how far apart
with stretch as (
  select stretch.*
  from core.appraisal_stretch as stretch
  inner join
    mart.appraisal_latest as latest
    on stretch.scheme_id = latest.scheme_id and stretch.period = latest.period
),

rated as (
  select
    input.rater_id,
    input.employee_id,
    input.indicator,
    avg(input.score) as score
  from staging.appraisal_input as input
  inner join stretch
    on
      input.employee_id = stretch.employee_id
      and (
        input.period = stretch.period
        or input.period between strftime(stretch.period_start, '%Y-%m')
        and strftime(stretch.period_end, '%Y-%m')
      )
  group by input.rater_id, input.employee_id, input.indicator
),

scored as (
  select
    rater_id,
    count(distinct employee_id) as people,
    cast(avg(score) as decimal(9, 2)) as mean_score,
    cast(min(score) as decimal(9, 2)) as lowest,
    cast(max(score) as decimal(9, 2)) as highest,
    cast(coalesce(stddev_samp(score), 0) as decimal(9, 2)) as spread,
    cast(avg(avg(score)) over () as decimal(9, 2)) as everybody
  from rated
  group by rater_id
),

-- of whoever leads the person on the last day, as the forms ask; a score that counts may be anybody's
asked as (
  select distinct
    stretch.employee_id,
    part.manual_indicator,
    coalesce(leader.manager_id, '') as rater_id,
    given.employee_id is null as is_missing
  from stretch
  inner join policy.appraisal_part as part
    on
      stretch.scheme_id = part.scheme_id
      and stretch.version = part.version
      and part.manual_indicator is not null
  left join staging.assignment as leader
    on
      stretch.employee_id = leader.employee_id
      and stretch.last_day >= leader.valid_from
      and stretch.last_day <= coalesce(leader.valid_to, date '9999-12-31')
  left join core.appraisal_given as given
    on
      stretch.employee_id = given.employee_id
      and stretch.period = given.period
      and stretch.scheme_id = given.scheme_id
      and part.manual_indicator = given.manual_indicator
),

coverage as (
  select
    rater_id,
    count(*) as asked_scores,
    count(case when is_missing then 1 end) as missing_scores
  from asked
  group by rater_id
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
