-- the tiers of each plan, from the first
select
  plan_id,
  plan_version,
  tier_no,
  tier_from,
  tier_to,
  rate_pct
from policy.commission_tier
order by plan_id, plan_version, tier_no
