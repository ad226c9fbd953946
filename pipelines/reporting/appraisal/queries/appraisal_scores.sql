-- every indicator of every scorecard of each scheme's latest period
with latest as (
  select
    scheme_id,
    max(period) as period
  from mart.appraisal_result
  group by scheme_id
)

select
  score.employee_id,
  score.scheme_id,
  score.indicator,
  score.position,
  indicator.label_zh,
  indicator.label_en,
  indicator.kpi_id,
  indicator.against,
  indicator.min_n,
  score.weight,
  score.target,
  score.actual,
  score.measure,
  score.n,
  score.is_counted,
  score.score,
  score.counted_weight,
  score.weighted_score,
  score.source
from mart.appraisal_score as score
inner join latest on score.scheme_id = latest.scheme_id and score.period = latest.period
left join policy.appraisal_indicator as indicator
  on score.scheme_id = indicator.scheme_id and score.indicator = indicator.indicator
order by score.scheme_id, score.employee_id, score.position
