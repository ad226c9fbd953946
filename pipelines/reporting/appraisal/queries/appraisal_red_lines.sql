-- the red lines of every version, by their names
select distinct
  scheme_id,
  version,
  red_line,
  label_zh,
  label_en
from policy.appraisal_red_line
order by scheme_id, version, red_line
