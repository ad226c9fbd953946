-- table: mart.lead_funnel
-- grain: one row per source of leads, and one per channel of campaigns
-- key:   breakdown, group_id
-- why:   what leads become and what they cost, this year to date: by source the leads created in
--        it; by channel the campaigns begun in it, whose cost is divided by the leads of those same
--        campaigns whenever they came
with year_to_date as (
  select
    period.period_start,
    parameter.as_of_date,
    parameter.as_of_end,
    parameter.base_currency
  from core.period as period
  cross join core.parameter as parameter
  where period.period_kind = 'ytd' and period.is_current
),

campaign as (
  select
    campaign.campaign_id,
    coalesce(campaign.channel, '(none)') as channel,
    case
      when coalesce(campaign.currency, year_to_date.base_currency) = year_to_date.base_currency
        then campaign.spend
      else
        cast(round(
          cast(campaign.spend as decimal(24, 4)) * cast(fx.rate_to_base as decimal(14, 8)), 2
        ) as decimal(18, 4))
    end as spend_base
  from staging.campaign as campaign
  cross join year_to_date
  left join core.fx_day as fx
    on campaign.currency = fx.currency and campaign.start_date = fx.calendar_date
  where campaign.start_date between year_to_date.period_start and year_to_date.as_of_date
),

outcome as (
  select
    lead.source,
    lead.campaign_id,
    lead.created_date >= year_to_date.period_start as is_of_the_year,
    lead.is_valid,
    lead.first_contact_at is not null as is_contacted,
    lead.mql_at is not null as is_mql,
    lead.is_prospect,
    coalesce(exported.converted_at < year_to_date.as_of_end, lead.opportunity_id is not null)
      as is_converted,
    coalesce(opportunity.is_won, false) as is_won
  from core.fct_lead as lead
  cross join year_to_date
  inner join staging.lead as exported on lead.lead_id = exported.lead_id
  left join core.fct_opportunity as opportunity on lead.opportunity_id = opportunity.opportunity_id
),

member as (
  select
    'source' as breakdown,
    outcome.source as group_id,
    outcome.is_valid,
    outcome.is_contacted,
    outcome.is_mql,
    outcome.is_prospect,
    outcome.is_converted,
    outcome.is_won
  from outcome
  where outcome.is_of_the_year
  union all
  select
    'channel' as breakdown,
    campaign.channel as group_id,
    outcome.is_valid,
    outcome.is_contacted,
    outcome.is_mql,
    outcome.is_prospect,
    outcome.is_converted,
    outcome.is_won
  from outcome
  inner join campaign on outcome.campaign_id = campaign.campaign_id
),

counted as (
  select
    breakdown,
    group_id,
    count(*) as leads,
    cast(sum(case when is_valid then 1 else 0 end) as bigint) as valid_leads,
    cast(sum(case when is_contacted then 1 else 0 end) as bigint) as contacted_leads,
    cast(sum(case when is_mql then 1 else 0 end) as bigint) as mql_leads,
    cast(sum(case when is_prospect then 1 else 0 end) as bigint) as sql_leads,
    cast(sum(case when is_converted then 1 else 0 end) as bigint) as converted_leads,
    cast(sum(case when is_won then 1 else 0 end) as bigint) as won_leads
  from member
  group by breakdown, group_id
),

cost as (
  select
    'channel' as breakdown,
    channel as group_id,
    count(*) as campaigns,
    cast(sum(spend_base) as decimal(18, 4)) as spend_amount
  from campaign
  group by channel
)

select
  coalesce(counted.breakdown, cost.breakdown) as breakdown,
  coalesce(counted.group_id, cost.group_id) as group_id,
  cost.campaigns,
  cost.spend_amount,
  coalesce(counted.leads, 0) as leads,
  coalesce(counted.valid_leads, 0) as valid_leads,
  coalesce(counted.contacted_leads, 0) as contacted_leads,
  coalesce(counted.mql_leads, 0) as mql_leads,
  coalesce(counted.sql_leads, 0) as sql_leads,
  coalesce(counted.converted_leads, 0) as converted_leads,
  coalesce(counted.won_leads, 0) as won_leads
from counted
full outer join cost on counted.breakdown = cost.breakdown and counted.group_id = cost.group_id
