-- grades of each scheme from the best, with their bands
select
  scheme_id,
  grade,
  score_from,
  score_below,
  coefficient
from policy.grade_band
order by scheme_id asc, score_from desc
