-- grain: one row per renewal deal
-- why:   the life of renewals; see deal_plan.sql
from deal_plan('renewal_seed')
