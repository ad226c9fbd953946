-- each gate of the newest period of each scheme: who has a value, who missed it, and what it alone changed
select
  gate.scheme_id,
  scheme.label_zh as scheme_zh,
  scheme.label_en as scheme_en,
  gate.gate,
  max(part.label_zh) as label_zh,
  max(part.label_en) as label_en,
  count(*) as people,
  count(*) filter (where gate.is_known) as known,
  count(*) filter (where gate.is_missed) as missed,
  count(*) filter (where gate.is_holding) as holding,
  count(*) filter (where effect.steps_down > 0) as lowered,
  -- of a part of the people it would look like that of all
  case
    when count(*) filter (where effect.rule is not null and effect.pay_effect is null) = 0
      then coalesce(sum(effect.pay_effect), 0)
  end as pay_effect
from mart.appraisal_gate as gate
inner join
  mart.appraisal_latest as latest
  on gate.scheme_id = latest.scheme_id and gate.period = latest.period
inner join core.appraisal_stretch as stretch
  on
    gate.employee_id = stretch.employee_id
    and gate.period = stretch.period
    and gate.scheme_id = stretch.scheme_id
inner join policy.appraisal_scheme as scheme
  on stretch.scheme_id = scheme.scheme_id and stretch.version = scheme.version
left join policy.appraisal_part as part
  on
    part.part = 'gate'
    and gate.scheme_id = part.scheme_id
    and stretch.version = part.version
    and gate.gate = part.part_id
left join mart.appraisal_rule_effect as effect
  on
    gate.employee_id = effect.employee_id
    and gate.period = effect.period
    and effect.rule = concat('gate:', gate.gate)
group by gate.scheme_id, scheme.label_zh, scheme.label_en, gate.gate
order by gate.scheme_id asc, gate.gate asc
