-- table: core.period_scope
-- grain: one row per period and organisational scope that existed in it
-- key:   period_kind, period_start, scope_kind, scope_id
-- why:   a representative without a deal this week has sold 0, and that is a row too
with span as (
  select
    period_kind,
    period_start,
    from_date,
    to_date,
    span_no
  from core.period_variant
  where variant = 'actual'
),

member as (
  select
    org.employee_id,
    org.team_id,
    org.region_id,
    min(org.calendar_date) as first_date,
    max(org.calendar_date) as last_date
  from core.org_day as org
  cross join core.parameter as parameter
  where org.is_active and org.calendar_date <= parameter.as_of_date
  group by org.employee_id, org.team_id, org.region_id
),

first_member as (
  select min(first_date) as first_date from member
),

placed as (
  select
    span.period_kind,
    span.period_start,
    span.span_no,
    member.employee_id,
    member.team_id,
    member.region_id
  from span
  inner join member on span.to_date >= member.first_date and span.from_date <= member.last_date
)

select distinct
  period_kind,
  period_start,
  'employee' as scope_kind,
  employee_id as scope_id,
  span_no
from placed
union all
select distinct
  period_kind,
  period_start,
  'team' as scope_kind,
  team_id as scope_id,
  span_no
from placed
where team_id is not null
union all
select distinct
  period_kind,
  period_start,
  'region' as scope_kind,
  region_id as scope_id,
  span_no
from placed
where region_id is not null
union all
-- the company is there without an export of its people
select
  span.period_kind,
  span.period_start,
  'company' as scope_kind,
  parameter.company_id as scope_id,
  span.span_no
from span
cross join core.parameter as parameter
cross join first_member
where span.to_date >= coalesce(first_member.first_date, span.to_date)
