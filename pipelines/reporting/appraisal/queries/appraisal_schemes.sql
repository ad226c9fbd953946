-- each scheme with its newest period: the version that judged it, and what is said of it
select
  scheme.scheme_id,
  scheme.version,
  scheme.label_zh,
  scheme.label_en,
  scheme.period_kind,
  scheme.distribution,
  scheme.distribution_per,
  scheme.small_unit,
  scheme.floating_pay,
  latest.period
from mart.appraisal_latest as latest
inner join policy.appraisal_scheme as scheme
  on latest.scheme_id = scheme.scheme_id and latest.version = scheme.version
order by scheme.scheme_id
