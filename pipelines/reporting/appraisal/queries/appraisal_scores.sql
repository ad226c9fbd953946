-- every indicator of the scorecards of each scheme's latest period, or of one person's in a period;
-- whoever changed roles within it has those of each
with step as (
  select
    scheme_id,
    version,
    part_id,
    list(edge order by position) as edges,
    list(score order by position) as scores
  from policy.appraisal_step
  where part = 'indicator'
  group by scheme_id, version, part_id
),

shown as (
  select
    result.employee_id,
    result.period,
    result.scheme_id as result_scheme_id
  from mart.appraisal_result as result
  inner join mart.appraisal_latest as latest on result.scheme_id = latest.scheme_id
  where
    result.period = coalesce($of_period, latest.period)
    and result.employee_id = coalesce($of_person, result.employee_id)
)

select
  score.employee_id,
  score.period,
  shown.result_scheme_id,
  score.scheme_id,
  score.indicator,
  score.position,
  part.label_zh,
  part.label_en,
  scheme.label_zh as scheme_zh,
  scheme.label_en as scheme_en,
  part.kpi_id,
  part.against,
  part.min_n,
  part.lower_is_better,
  score.weight,
  score.target,
  score.first_target,
  score.is_target_moved,
  score.actual,
  score.given_score,
  score.measure,
  score.n,
  score.is_counted,
  score.is_neutral,
  score.score,
  curve.threshold,
  curve.target as curve_target,
  curve.stretch,
  curve.threshold_score,
  curve.target_score,
  curve.stretch_score,
  step.edges as step_edges,
  step.scores as step_scores,
  score.curve_part,
  score.curve_from,
  score.curve_to,
  score.score_from,
  score.score_to,
  score.counted_weight,
  sum(case when score.is_counted then score.weight else 0 end) over (
    partition by score.employee_id, score.period, score.scheme_id
  ) as judged_weight,
  score.weighted_score,
  score.source,
  score.active_days
from mart.appraisal_score as score
inner join shown on score.employee_id = shown.employee_id and score.period = shown.period
left join policy.appraisal_part as part
  on
    part.part = 'indicator'
    and score.scheme_id = part.scheme_id
    and score.version = part.version
    and score.indicator = part.part_id
left join policy.appraisal_indicator as curve
  on
    score.scheme_id = curve.scheme_id
    and score.version = curve.version
    and score.indicator = curve.indicator
left join step
  on
    score.scheme_id = step.scheme_id
    and score.version = step.version
    and score.indicator = step.part_id
left join policy.appraisal_scheme as scheme
  on score.scheme_id = scheme.scheme_id and score.version = scheme.version
order by score.employee_id, score.period, score.scheme_id, score.position
