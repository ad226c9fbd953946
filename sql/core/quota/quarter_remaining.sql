-- table: core.quarter_remaining
-- grain: one row per day looked at and scope
-- key:   as_of_date, scope_kind, scope_id
-- why:   what is left of the quarter's contract quota, against which the pipeline is held
with as_of as (
  select
    looked_at.as_of_date,
    calendar.quarter_start
  from (select distinct to_date as as_of_date from core.period_variant) as looked_at
  inner join core.calendar as calendar on looked_at.as_of_date = calendar.calendar_date
),

quota as (
  select
    calendar.quarter_start,
    quota_day.scope_kind,
    quota_day.scope_id,
    sum(quota_day.amount) as quota
  from core.quota_day as quota_day
  inner join core.calendar as calendar on quota_day.calendar_date = calendar.calendar_date
  where quota_day.measure = 'contract_amount'
  group by calendar.quarter_start, quota_day.scope_kind, quota_day.scope_id
),

signed_day as (
  select
    contract.owner_id,
    contract.signed_date,
    calendar.quarter_start,
    org.team_id,
    org.region_id,
    parameter.company_id,
    sum(contract.net_amount_base) as amount
  from core.fct_contract as contract
  inner join core.calendar as calendar on contract.signed_date = calendar.calendar_date
  cross join core.parameter as parameter
  left join core.org_day as org
    on contract.owner_id = org.employee_id and contract.signed_date = org.calendar_date
  group by
    contract.owner_id,
    contract.signed_date,
    calendar.quarter_start,
    org.team_id,
    org.region_id,
    parameter.company_id
),

signed as (
  select
    as_of.as_of_date,
    case
      when grouping(signed_day.owner_id) = 0 then 'employee'
      when grouping(signed_day.team_id) = 0 then 'team'
      when grouping(signed_day.region_id) = 0 then 'region'
      else 'company'
    end as scope_kind,
    coalesce(signed_day.owner_id, signed_day.team_id, signed_day.region_id, signed_day.company_id)
      as scope_id,
    sum(signed_day.amount) as amount
  from as_of
  inner join signed_day
    on
      as_of.quarter_start = signed_day.quarter_start
      and as_of.as_of_date >= signed_day.signed_date
  group by grouping sets (
    (as_of.as_of_date, signed_day.owner_id),
    (as_of.as_of_date, signed_day.team_id),
    (as_of.as_of_date, signed_day.region_id),
    (as_of.as_of_date, signed_day.company_id)
  )
)

select
  as_of.as_of_date,
  quota.scope_kind,
  quota.scope_id,
  quota.quarter_start,
  quota.quota,
  coalesce(signed.amount, 0) as signed_amount,
  greatest(quota.quota - coalesce(signed.amount, 0), 0) as remaining
from as_of
inner join quota on as_of.quarter_start = quota.quarter_start
left join signed
  on
    as_of.as_of_date = signed.as_of_date
    and quota.scope_kind = signed.scope_kind
    and quota.scope_id = signed.scope_id
