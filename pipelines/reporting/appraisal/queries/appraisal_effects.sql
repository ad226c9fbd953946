-- what gates and distributions changed in the newest period of each scheme
select
  effect.rule,
  effect.scheme_id,
  max(scheme.label_zh) as label_zh,
  max(scheme.label_en) as label_en,
  count(*) as people,
  count(*) filter (where effect.steps_down > 0) as lowered,
  count(*) filter (where effect.steps_down < 0) as raised,
  -- of a part of the people it would look like that of all
  case when count(*) = count(effect.pay_effect) then sum(effect.pay_effect) end as pay_effect
from mart.appraisal_rule_effect as effect
inner join
  mart.appraisal_latest as latest
  on effect.scheme_id = latest.scheme_id and effect.period = latest.period
inner join policy.appraisal_scheme as scheme
  on latest.scheme_id = scheme.scheme_id and latest.version = scheme.version
where effect.rule in ('gates', 'distribution')
group by effect.rule, effect.scheme_id
order by effect.rule desc, effect.scheme_id asc
