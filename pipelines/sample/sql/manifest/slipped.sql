-- grain: one row per large deal whose close slipped out of its weeks in 2026-Q4
-- why:   the reason why 华东 is behind; a report on slipped deals has to name them
select numbered('OPP-', deal.deal_no) as opportunity_id
from deal
where deal.is_big_slip
order by deal.deal_no
