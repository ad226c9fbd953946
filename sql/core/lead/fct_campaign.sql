-- table: core.fct_campaign
-- grain: one row per campaign begun up to the day of the report
-- key:   campaign_id
-- why:   what a campaign cost and brought; its spend belongs to the day it began, and all its leads
--        up to the day of the report to it, whenever they came
with lead as (
  select
    campaign_id,
    count(*) as leads,
    cast(sum(case when is_valid then 1 else 0 end) as bigint) as valid_leads
  from core.fct_lead
  where campaign_id is not null
  group by campaign_id
)

select
  campaign.campaign_id,
  campaign.name,
  coalesce(campaign.channel, '(none)') as channel,
  campaign.start_date,
  case
    when coalesce(campaign.currency, parameter.base_currency) = parameter.base_currency
      then campaign.spend
    else
      cast(round(
        cast(campaign.spend as decimal(24, 4)) * cast(fx.rate_to_base as decimal(14, 8)), 2
      ) as decimal(18, 4))
  end as spend_base,
  campaign.visits,
  campaign.downloads,
  campaign.registrations,
  campaign.attendees,
  coalesce(lead.leads, 0) as leads,
  coalesce(lead.valid_leads, 0) as valid_leads,
  campaign._load,
  campaign._line
from staging.campaign as campaign
cross join core.parameter as parameter
left join lead on campaign.campaign_id = lead.campaign_id
left join core.fx_day as fx
  on campaign.currency = fx.currency and campaign.start_date = fx.calendar_date
where campaign.start_date <= parameter.as_of_date
