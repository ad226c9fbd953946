-- the appraisal schemes in force
select
  scheme_id,
  label_zh,
  label_en,
  period_kind
from policy.appraisal_scheme
order by scheme_id
