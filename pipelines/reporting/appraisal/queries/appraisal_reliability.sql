-- how much of the spread of scores is between people, scheme by scheme, those of most people first
select
  reliability.scheme_id,
  scheme.label_zh,
  scheme.label_en,
  reliability.people,
  reliability.periods,
  reliability.spread_between,
  reliability.spread_within,
  reliability.share_of_people,
  reliability.reach
from mart.appraisal_reliability as reliability
inner join policy.appraisal_scheme as scheme on reliability.scheme_id = scheme.scheme_id
qualify row_number() over (partition by reliability.scheme_id order by scheme.version desc) = 1
order by reliability.people desc, reliability.scheme_id asc
