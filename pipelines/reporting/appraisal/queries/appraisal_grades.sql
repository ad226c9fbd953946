-- grades of each scheme from the best, with their bands
select
  scheme_id,
  version,
  grade,
  score_from,
  score_below,
  coefficient,
  guide_share
from policy.grade_band
order by scheme_id asc, version asc, score_from desc
