-- groups of people in the newest period of each scheme, against all others of it
select
  fairness.scheme_id,
  scheme.label_zh,
  scheme.label_en,
  fairness.factor,
  fairness.group_key,
  fairness.people,
  fairness.mean_score,
  fairness.others_mean,
  fairness.score_difference,
  fairness.half_width,
  fairness.is_small,
  fairness.is_apart
from mart.appraisal_fairness as fairness
inner join
  mart.appraisal_latest as latest
  on fairness.scheme_id = latest.scheme_id and fairness.period = latest.period
inner join policy.appraisal_scheme as scheme
  on latest.scheme_id = scheme.scheme_id and latest.version = scheme.version
order by
  fairness.factor asc, fairness.people + fairness.others desc, fairness.scheme_id asc,
  fairness.mean_score desc, fairness.group_key asc
