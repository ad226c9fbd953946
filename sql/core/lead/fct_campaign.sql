-- table: core.fct_campaign
-- grain: one row per campaign begun up to the day of the report
-- key:   campaign_id
-- why:   what a campaign cost and brought; its spend belongs to the day it began, and all its leads
--        up to the day of the report to it, whenever they came. A deal belongs to the campaign of its
--        first lead; its margin is that of what was ordered so far, unknown where a cost is
with lead as (
  select
    campaign_id,
    count(*) as leads,
    cast(sum(case when is_valid then 1 else 0 end) as bigint) as valid_leads
  from core.fct_lead
  where campaign_id is not null
  group by campaign_id
),

first_lead as (
  select
    opportunity_id,
    campaign_id
  from core.fct_lead
  where opportunity_id is not null and campaign_id is not null
  qualify row_number() over (partition by opportunity_id order by created_at, lead_id) = 1
),

ordered as (
  select
    coalesce(staged.opportunity_id, contract.opportunity_id) as opportunity_id,
    line.net_amount_base,
    line.cost_amount_base
  from core.fct_order_line as line
  inner join core.fct_order as sales_order on line.order_id = sales_order.order_id
  inner join staging.sales_order as staged on line.order_id = staged.order_id
  left join core.fct_contract as contract on sales_order.contract_id = contract.contract_id
),

margin as (
  select
    first_lead.campaign_id,
    sum(ordered.net_amount_base) - sum(ordered.cost_amount_base) as amount,
    count(*) = count(ordered.cost_amount_base) as is_known
  from first_lead
  inner join core.fct_opportunity as opportunity on first_lead.opportunity_id = opportunity.opportunity_id
  inner join ordered on first_lead.opportunity_id = ordered.opportunity_id
  where opportunity.is_won
  group by first_lead.campaign_id
),

pipeline as (
  select
    first_lead.campaign_id,
    count(*) as deals,
    sum(opportunity.amount_base) as amount
  from first_lead
  inner join core.fct_opportunity as opportunity on first_lead.opportunity_id = opportunity.opportunity_id
  group by first_lead.campaign_id
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
  coalesce(pipeline.deals, 0) as deals,
  cast(coalesce(pipeline.amount, 0) as decimal(18, 4)) as pipeline_amount_base,
  case
    when coalesce(margin.is_known, true) then cast(coalesce(margin.amount, 0) as decimal(18, 4))
  end as margin_base,
  campaign.start_date + term.matured_after_days * interval 1 day <= parameter.as_of_date as is_mature,
  campaign._load,
  campaign._line
from staging.campaign as campaign
cross join core.parameter as parameter
cross join policy.term as term
left join lead on campaign.campaign_id = lead.campaign_id
left join pipeline on campaign.campaign_id = pipeline.campaign_id
left join margin on campaign.campaign_id = margin.campaign_id
left join core.fx_day as fx
  on campaign.currency = fx.currency and campaign.start_date = fx.calendar_date
where campaign.start_date <= parameter.as_of_date
