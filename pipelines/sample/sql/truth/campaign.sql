-- grain: one row per marketing campaign
-- why:   what marketing spent and drew; spend follows the leads it brought
with counted as (
  select
    campaign_no,
    count(*) as leads,
    min(created_at)::date as first_day
  from lead
  where campaign_no is not null
  group by campaign_no
)

select
  campaign_no,
  date_trunc('month', first_day)::date as start_date,
  last_day(first_day) as end_date,
  pick('campaign kind', campaign_no, ['展会', '线上研讨会', '搜索推广', '行业媒体', '短视频', '技术沙龙'])
    as channel,
  leads,
  100 * leads * (120 + roll('cost', campaign_no, 480)) + 10000 * roll('fixed cost', campaign_no, 300)
    as spend_cents,
  leads * (40 + roll('visits', campaign_no, 60)) as visits,
  leads * (3 + roll('downloads', campaign_no, 6)) as downloads,
  leads * 2 + roll('registrations', campaign_no, 20) as registrations,
  share_of(leads * 2 + roll('registrations', campaign_no, 20), 55 + roll('attend', campaign_no, 35), 100)
    as attendees
from counted
