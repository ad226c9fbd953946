-- each scheme with its newest period: the version that judged it, and what is said of it
with latest as (
  select
    scheme_id,
    max(period) as period,
    arg_max(version, period) as version
  from mart.appraisal_result
  group by scheme_id
)

select
  scheme.scheme_id,
  scheme.version,
  scheme.label_zh,
  scheme.label_en,
  scheme.period_kind,
  scheme.distribution,
  scheme.floating_pay,
  latest.period
from latest
inner join policy.appraisal_scheme as scheme
  on latest.scheme_id = scheme.scheme_id and latest.version = scheme.version
order by scheme.scheme_id
