-- table: core.fct_lead
-- grain: one row per lead created up to the day of the report
-- key:   lead_id
-- why:   a lead is judged by whether it was valid, contacted in time and became a prospect; the deal it
--        became is the one it names, or where exports link the other way, the first that names it
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

named_by_deal as (
  select
    deal.lead_id,
    deal.opportunity_id,
    row_number() over (partition by deal.lead_id order by deal.created_at, deal.opportunity_id) as place
  from staging.opportunity as deal
  cross join core.parameter as parameter
  where deal.lead_id is not null and deal.created_at < parameter.as_of_end
),

-- how many working seconds lie before a day, and where its own begin; the policy may count those
working_day as (
  select
    calendar.calendar_date,
    calendar.is_working_day,
    term.working_day_begins * 60 as begins_at,
    (term.working_day_ends - term.working_day_begins) * 60 as day_seconds,
    coalesce(sum(case when calendar.is_working_day then 1 else 0 end) over (
      order by calendar.calendar_date rows between unbounded preceding and 1 preceding
    ), 0) * (term.working_day_ends - term.working_day_begins) * 60 as seconds_before
  from core.calendar as calendar
  cross join policy.term as term
),

known as (
  select
    lead.lead_id,
    lead.owner_id,
    lead.source,
    lead.campaign_id,
    lead.score,
    coalesce(lead.opportunity_id, named_by_deal.opportunity_id) as opportunity_id,
    lead.referring_customer_id,
    lead.created_at,
    lead.assigned_at,
    lead.disqualified_reason,
    invalid.reason is not null as is_invalid,
    parameter.as_of_end,
    parameter.as_of_date,
    parameter.contact_within_hours,
    term.first_contact_hours,
    case when lead.first_contact_at < parameter.as_of_end then lead.first_contact_at end as first_contact_at,
    case when lead.mql_at < parameter.as_of_end then lead.mql_at end as mql_at,
    case when lead.sql_at < parameter.as_of_end then lead.sql_at end as sql_at,
    lead._load,
    lead._line
  from lead
  cross join core.parameter as parameter
  cross join policy.term as term
  left join policy.invalid_lead_reason as invalid on lead.disqualified_reason = invalid.reason
  left join named_by_deal on lead.lead_id = named_by_deal.lead_id and named_by_deal.place = 1
  where lead.created_at < parameter.as_of_end
),

-- working seconds from the beginning of the calendar to the assignment, the answer, the report
timed as (
  select
    known.lead_id,
    known.owner_id,
    known.source,
    known.campaign_id,
    known.score,
    known.opportunity_id,
    known.referring_customer_id,
    known.created_at,
    known.assigned_at,
    known.disqualified_reason,
    known.is_invalid,
    known.as_of_end,
    known.contact_within_hours,
    known.first_contact_hours,
    known.first_contact_at,
    known.mql_at,
    known.sql_at,
    known._load,
    known._line,
    assigned.seconds_before + case
      when assigned.is_working_day
        then least(greatest(
          date_diff('second', date_trunc('day', known.assigned_at), known.assigned_at) - assigned.begins_at, 0
        ), assigned.day_seconds)
      else 0
    end as assigned_second,
    contacted.seconds_before + case
      when contacted.is_working_day
        then least(greatest(
          date_diff('second', date_trunc('day', known.first_contact_at), known.first_contact_at)
          - contacted.begins_at, 0
        ), contacted.day_seconds)
      else 0
    end as contacted_second,
    reported.seconds_before
    + case when reported.is_working_day then reported.day_seconds else 0 end as reported_second
  from known
  left join working_day as assigned on cast(known.assigned_at as date) = assigned.calendar_date
  left join working_day as contacted on cast(known.first_contact_at as date) = contacted.calendar_date
  left join working_day as reported on known.as_of_date = reported.calendar_date
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
  disqualified_reason,
  disqualified_reason is not null as is_disqualified,
  -- the time to answer has to have run out before an answer can be late
  coalesce(case
    when first_contact_hours = 'working'
      then reported_second - assigned_second >= contact_within_hours * 3600
    else assigned_at + contact_within_hours * interval 1 hour <= as_of_end
  end, false) as is_contact_due,
  coalesce(case
    when first_contact_hours = 'working'
      then contacted_second - assigned_second <= contact_within_hours * 3600
    else first_contact_at <= assigned_at + contact_within_hours * interval 1 hour
  end, false) as is_contacted_on_time,
  _load,
  _line
from timed
