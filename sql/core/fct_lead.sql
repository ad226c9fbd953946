-- table: core.fct_lead
-- grain: one row per lead created up to the day of the report
-- key:   lead_id
-- why:   a lead is judged by whether it was valid, contacted in time and became a prospect
with lead as (
  select
    lead_id,
    created_at,
    owner_id,
    source,
    campaign_id,
    disqualified_reason,
    score,
    assigned_at,
    first_contact_at,
    mql_at,
    sql_at,
    opportunity_id,
    referring_customer_id,
    _load,
    _line
  from staging.lead
),

known as (
  select
    lead.lead_id,
    lead.owner_id,
    lead.source,
    lead.campaign_id,
    lead.score,
    lead.opportunity_id,
    lead.referring_customer_id,
    lead.created_at,
    lead.assigned_at,
    lead.disqualified_reason,
    invalid.reason is not null as is_invalid,
    parameter.as_of_end,
    parameter.contact_within_hours,
    case when lead.first_contact_at < parameter.as_of_end then lead.first_contact_at end as first_contact_at,
    case when lead.mql_at < parameter.as_of_end then lead.mql_at end as mql_at,
    case when lead.sql_at < parameter.as_of_end then lead.sql_at end as sql_at,
    lead._load,
    lead._line
  from lead
  cross join core.parameter as parameter
  left join policy.invalid_lead_reason as invalid on lead.disqualified_reason = invalid.reason
  where lead.created_at < parameter.as_of_end
)

select
  lead_id,
  owner_id,
  coalesce(source, '(none)') as source,
  campaign_id,
  opportunity_id,
  referring_customer_id,
  score,
  created_at,
  assigned_at,
  first_contact_at,
  mql_at,
  sql_at,
  cast(created_at as date) as created_date,
  cast(assigned_at as date) as assigned_date,
  cast(mql_at as date) as mql_date,
  cast(sql_at as date) as sql_date,
  not is_invalid as is_valid,
  opportunity_id is not null as has_opportunity,
  date_diff('second', created_at, mql_at) / cast(86400 as double) as nurture_days,
  sql_at is not null as is_prospect,
  disqualified_reason is not null as is_disqualified,
  -- the time to answer has to have run out before an answer can be late
  assigned_at is not null
  and assigned_at + contact_within_hours * interval 1 hour <= as_of_end as is_contact_due,
  coalesce(first_contact_at <= assigned_at + contact_within_hours * interval 1 hour, false)
    as is_contacted_on_time,
  _load,
  _line
from known
