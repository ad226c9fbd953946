-- where each payee stood in the quota period at the end of each month
select
  position.employee_id,
  position.period,
  position.plan_id,
  position.plan_version,
  position.component_id,
  plan.label_zh,
  plan.label_en,
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
order by position.employee_id, position.period
