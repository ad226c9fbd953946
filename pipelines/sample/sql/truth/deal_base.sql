-- grain: one row per deal that is not a renewal
-- why:   the life of new deals; see deal_plan.sql
from deal_plan('deal_seed')
