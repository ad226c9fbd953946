-- table: mart.appraisal_latest
-- kind:  view
-- grain: one row per scheme that has appraised somebody
-- key:   scheme_id
-- why:   the newest whole period of each scheme, which HR's pages show
select
  scheme_id,
  arg_max(period, period_end) as period,
  arg_max(version, period_end) as version
from mart.appraisal_total
group by scheme_id
