-- table: commission.entitled
-- kind:  view
-- grain: one row per credit event, member of the deal, payee and plan component
-- key:   event_id, member_id, payee_id, plan_id, plan_version, component_id
-- why:   who is entitled to a share of an event: the owner or the deal team by their splits, overlays
--        beside them, managers for their people (never for overlays), a pool for its unit. How much the
--        share is stands in core.fct_credit
with component as (
  select
    component.*,
    plan.valid_from,
    coalesce(plan.valid_to, date '9999-12-31') as valid_to
  from policy.commission_component as component
  inner join policy.commission_plan as plan
    on component.plan_id = plan.plan_id and component.plan_version = plan.plan_version
),

used as (
  select distinct
    credit_event,
    credit_to
  from component
),

-- splits that do not add up are none: the deal is its owner's until they do
split as (
  select
    opportunity_id,
    employee_id,
    pct,
    sum(pct) over (
      partition by opportunity_id order by employee_id
      rows between unbounded preceding and current row
    ) as pct_to,
    sum(pct) over (partition by opportunity_id) as pct_total
  from staging.opportunity_split
  where kind = 'split'
),

-- whose deal it was: the owner, or the deal team by its splits
team as (
  select
    event.*,
    coalesce(split.employee_id, event.owner_id) as member_id,
    coalesce(split.pct, 100) as pct,
    coalesce(split.pct_to, 100) as pct_to,
    split.employee_id is not null as is_shared
  from core.fct_credit_event as event
  left join split on event.opportunity_id = split.opportunity_id and split.pct_total = 100
),

candidate as (
  select
    event.*,
    event.owner_id as member_id,
    cast(100 as decimal(18, 4)) as pct,
    cast(100 as decimal(38, 4)) as pct_to,
    false as is_shared,
    event.owner_id as payee_id,
    1 as level,
    used.credit_to
  from core.fct_credit_event as event
  inner join used on event.credit_event = used.credit_event and used.credit_to = 'owner'
  union all
  select
    team.*,
    team.member_id as payee_id,
    1 as level,
    used.credit_to
  from team
  inner join used on team.credit_event = used.credit_event and used.credit_to = 'deal_team'
  union all
  select
    event.*,
    overlay.employee_id as member_id,
    overlay.pct,
    overlay.pct as pct_to,
    false as is_shared,
    overlay.employee_id as payee_id,
    1 as level,
    used.credit_to
  from core.fct_credit_event as event
  inner join used on event.credit_event = used.credit_event and used.credit_to = 'overlay'
  inner join staging.opportunity_split as overlay
    on event.opportunity_id = overlay.opportunity_id and overlay.kind = 'overlay'
  union all
  select
    team.*,
    manager.manager_id as payee_id,
    manager.level,
    used.credit_to
  from team
  inner join used on team.credit_event = used.credit_event and used.credit_to = 'managers'
  inner join core.manager_span as manager
    on
      team.member_id = manager.employee_id
      and team.quota_date >= manager.valid_from
      and team.quota_date <= manager.valid_to
),

-- the plan of the day on which the credit was first given
personal as (
  select
    candidate.*,
    component.role,
    component.plan_id,
    component.plan_version,
    component.component_id,
    component.quota_scope_kind,
    component.quota_scope_id,
    component.counted_from
  from candidate
  inner join commission.payee_component_span as component
    on
      candidate.payee_id = component.employee_id
      and candidate.credit_event = component.credit_event
      and candidate.credit_to = component.credit_to
      and candidate.level <= component.max_level
      and candidate.quota_date >= component.valid_from
      and candidate.quota_date <= component.valid_to
),

pooled as (
  select
    team.*,
    concat_ws(
      ':', 'pool', component.pool_unit,
      case when component.pool_unit = 'team' then org.team_id else org.region_id end
    ) as payee_id,
    1 as level,
    component.credit_to,
    'pool' as role,
    component.plan_id,
    component.plan_version,
    component.component_id,
    component.pool_unit as quota_scope_kind,
    case when component.pool_unit = 'team' then org.team_id else org.region_id end as quota_scope_id,
    component.counted_from
  from team
  inner join component
    on
      component.credit_to = 'pool'
      and team.credit_event = component.credit_event
      and team.quota_date >= component.valid_from
      and team.quota_date <= component.valid_to
  inner join core.org_day as org
    on team.member_id = org.employee_id and team.quota_date = org.calendar_date and org.is_active
  left join policy.commission_plan_unit as named
    on component.plan_id = named.plan_id and component.plan_version = named.plan_version
  where
    case when component.pool_unit = 'team' then org.team_id else org.region_id end is not null
    and (named.unit_id is null or named.unit_id in (org.team_id, org.region_id))
)

select personal.*
from personal
union all
select pooled.*
from pooled
