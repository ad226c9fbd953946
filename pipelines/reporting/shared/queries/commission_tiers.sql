-- the tiers of each component of a plan, from the first
select
  plan_id,
  plan_version,
  component_id,
  tier_no,
  tier_from,
  tier_to,
  rate_pct
from policy.commission_tier
order by plan_id, plan_version, component_id, tier_no
