-- where each payee stood in the quota period at the end of each month
select
  position.employee_id,
  position.period,
  position.plan_id,
  position.plan_version,
  position.component_id,
  plan.label_zh,
  plan.label_en,
  component.label_zh as component_zh,
  component.label_en as component_en,
  component.credit_event = 'cash_received' and component.credit_base = 'net' as is_of_cash,
  component.credit_base = 'units' as is_of_units,
  component.rate_by,
  component.cap_per_deal is not null or component.cap_per_month is not null or gate.component_id is not null
    as is_limited,
  position.quota_period,
  position.quota_start,
  position.quota,
  position.credit,
  position.earned,
  position.month_credit,
  position.month_earned,
  position.attainment,
  position.tier_no,
  position.tier_from,
  position.rate_pct,
  position.next_tier_from,
  position.next_rate_pct,
  position.to_next_tier,
  position.next_tier_pays,
  position.next_pays
from mart.commission_position as position
inner join policy.commission_plan as plan
  on position.plan_id = plan.plan_id and position.plan_version = plan.plan_version
inner join policy.commission_component as component
  on
    position.plan_id = component.plan_id
    and position.plan_version = component.plan_version
    and position.component_id = component.component_id
left join (
  select distinct
    plan_id,
    plan_version,
    component_id
  from policy.commission_gate
) as gate
  on
    position.plan_id = gate.plan_id
    and position.plan_version = gate.plan_version
    and position.component_id = gate.component_id
order by position.employee_id, position.period
