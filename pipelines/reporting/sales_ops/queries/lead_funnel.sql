-- what leads became and what they cost this year to date, by source and by channel
select
  breakdown,
  group_id,
  campaigns,
  spend_amount,
  leads,
  valid_leads,
  contacted_leads,
  mql_leads,
  sql_leads,
  converted_leads,
  won_leads
from mart.lead_funnel
order by breakdown asc, leads desc, group_id asc
