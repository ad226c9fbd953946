-- table: core.appraisal_asked
-- grain: one row per employee, period, scheme, indicator that is left to judgment, and leader on the last
--        day
-- key:   employee_id, period, scheme_id, indicator, leader_id
-- why:   who is asked for which scores: forms ask them for these, and what of these is missing is theirs.
--        Whom nobody leads has no leader (empty): somebody has to name a rater
select
  stretch.employee_id,
  stretch.period,
  stretch.scheme_id,
  part.manual_indicator as indicator,
  coalesce(leader.manager_id, '') as leader_id,
  max(stretch.unit_id) as unit_id,
  max(part.label_zh) as label_zh,
  max(part.label_en) as label_en,
  max(coalesce(indicator.most, 100)) as most
from core.appraisal_stretch as stretch
inner join policy.appraisal_part as part
  on
    stretch.scheme_id = part.scheme_id
    and stretch.version = part.version
    and part.manual_indicator is not null
left join policy.appraisal_indicator as indicator
  on
    part.scheme_id = indicator.scheme_id
    and part.version = indicator.version
    and case when part.part = 'indicator' then part.part_id end = indicator.indicator
left join staging.assignment as leader
  on
    stretch.employee_id = leader.employee_id
    and stretch.last_day >= leader.valid_from
    and stretch.last_day <= coalesce(leader.valid_to, date '9999-12-31')
group by
  stretch.employee_id,
  stretch.period,
  stretch.scheme_id,
  part.manual_indicator,
  coalesce(leader.manager_id, '')
