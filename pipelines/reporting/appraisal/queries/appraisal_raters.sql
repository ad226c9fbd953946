-- who rated how many people of the newest periods, how high and how far apart
with rated as (
  select
    input.rater_id,
    input.employee_id,
    input.indicator,
    avg(input.score) as score
  from staging.appraisal_input as input
  inner join core.appraisal_stretch as stretch
    on
      input.employee_id = stretch.employee_id
      and (
        input.period = stretch.period
        or input.period between strftime(stretch.period_start, '%Y-%m')
        and strftime(stretch.period_end, '%Y-%m')
      )
  inner join
    mart.appraisal_latest as latest
    on stretch.scheme_id = latest.scheme_id and stretch.period = latest.period
  group by input.rater_id, input.employee_id, input.indicator
)

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
order by mean_score desc, rater_id asc
