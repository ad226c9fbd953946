-- table: core.fct_first_partner_deal
-- grain: one row per channel partner with a deal
-- key:   partner_id
-- why:   a partner is new with its first deal, and belongs to who won it over: the owner of that deal
select
  partner_id,
  opportunity_id,
  created_owner_id,
  segment,
  created_date,
  _load,
  _line
from core.fct_opportunity
where partner_id is not null
qualify row_number() over (partition by partner_id order by created_at, opportunity_id) = 1
