-- table: mart.funnel_stage
-- grain: one row per view, process, stage, period and scope
-- key:   mode, process_id, stage_id, period_kind, period_start, scope_kind, scope_id
-- why:   both readings of the funnel, never mixed: of those that entered a stage, what became of
--        them; of those that left it, where they went. The outcomes always add up to the entries
with entry_day as (
  select
    'entry' as mode,
    stage_id,
    entered_date as calendar_date,
    coalesce(owner_id, '(none)') as employee_id,
    count(*) as entered,
    sum(case when result = 'advanced' then 1 else 0 end) as advanced,
    sum(case when result = 'lost' then 1 else 0 end) as lost,
    sum(case when result = 'regressed' then 1 else 0 end) as regressed,
    sum(case when result = 'open' then 1 else 0 end) as still_open
  from core.fct_stage_entry
  group by stage_id, entered_date, coalesce(owner_id, '(none)')
),

lead_day as (
  select
    'entry' as mode,
    stage.stage_id,
    lead.created_date as calendar_date,
    coalesce(lead.owner_id, '(none)') as employee_id,
    count(*) as entered,
    sum(case when lead.is_prospect then 1 else 0 end) as advanced,
    sum(case when not lead.is_prospect and lead.is_disqualified then 1 else 0 end) as lost,
    0 as regressed,
    sum(case when not lead.is_prospect and not lead.is_disqualified then 1 else 0 end) as still_open
  from core.fct_lead as lead
  inner join policy.stage as stage on stage.object = 'lead'
  group by stage.stage_id, lead.created_date, coalesce(lead.owner_id, '(none)')
),

exit_day as (
  select
    'exit' as mode,
    stage_id,
    left_date as calendar_date,
    coalesce(owner_id, '(none)') as employee_id,
    count(*) as entered,
    sum(case when result = 'advanced' then 1 else 0 end) as advanced,
    sum(case when result = 'lost' then 1 else 0 end) as lost,
    sum(case when result = 'regressed' then 1 else 0 end) as regressed,
    0 as still_open
  from core.fct_stage_exit
  group by stage_id, left_date, coalesce(owner_id, '(none)')
),

every_day as (
  select
    mode,
    stage_id,
    calendar_date,
    employee_id,
    entered,
    advanced,
    lost,
    regressed,
    still_open
  from entry_day
  union all
  select
    mode,
    stage_id,
    calendar_date,
    employee_id,
    entered,
    advanced,
    lost,
    regressed,
    still_open
  from lead_day
  union all
  select
    mode,
    stage_id,
    calendar_date,
    employee_id,
    entered,
    advanced,
    lost,
    regressed,
    still_open
  from exit_day
),

placed as (
  select
    every_day.mode,
    every_day.stage_id,
    period_day.period_kind,
    period_day.period_start,
    every_day.employee_id,
    coalesce(org.team_id, '(none)') as team_id,
    coalesce(org.region_id, '(none)') as region_id,
    parameter.company_id,
    sum(every_day.entered) as entered,
    sum(every_day.advanced) as advanced,
    sum(every_day.lost) as lost,
    sum(every_day.regressed) as regressed,
    sum(every_day.still_open) as still_open
  from every_day
  inner join core.period_day as period_day
    on every_day.calendar_date = period_day.calendar_date and period_day.variant = 'actual'
  cross join core.parameter as parameter
  left join core.org_day as org
    on every_day.employee_id = org.employee_id and every_day.calendar_date = org.calendar_date
  group by
    every_day.mode,
    every_day.stage_id,
    period_day.period_kind,
    period_day.period_start,
    every_day.employee_id,
    coalesce(org.team_id, '(none)'),
    coalesce(org.region_id, '(none)'),
    parameter.company_id
),

counted as (
  select
    mode,
    stage_id,
    period_kind,
    period_start,
    case
      when grouping(employee_id) = 0 then 'employee'
      when grouping(team_id) = 0 then 'team'
      when grouping(region_id) = 0 then 'region'
      else 'company'
    end as scope_kind,
    coalesce(employee_id, team_id, region_id, company_id) as scope_id,
    sum(entered) as entered,
    sum(advanced) as advanced,
    sum(lost) as lost,
    sum(regressed) as regressed,
    sum(still_open) as still_open
  from placed
  group by grouping sets (
    (mode, stage_id, period_kind, period_start, employee_id),
    (mode, stage_id, period_kind, period_start, team_id),
    (mode, stage_id, period_kind, period_start, region_id),
    (mode, stage_id, period_kind, period_start, company_id)
  )
),

placed_exit as (
  select
    stage_exit.stage_id,
    -- whole seconds take half the room of a fraction of days
    cast(round(stage_exit.days * 86400, 0) as integer) as seconds,
    period_day.period_kind,
    period_day.period_start,
    coalesce(stage_exit.owner_id, '(none)') as employee_id,
    coalesce(org.team_id, '(none)') as team_id,
    coalesce(org.region_id, '(none)') as region_id,
    parameter.company_id
  from core.fct_stage_exit as stage_exit
  inner join core.period_day as period_day
    on stage_exit.left_date = period_day.calendar_date and period_day.variant = 'actual'
  cross join core.parameter as parameter
  left join core.org_day as org
    on stage_exit.owner_id = org.employee_id and stage_exit.left_date = org.calendar_date
  where period_day.period_kind in ('week', 'month', 'quarter', 'year')
),

timed as (
  select
    'exit' as mode,
    stage_id,
    period_kind,
    period_start,
    case
      when grouping(employee_id) = 0 then 'employee'
      when grouping(team_id) = 0 then 'team'
      when grouping(region_id) = 0 then 'region'
      else 'company'
    end as scope_kind,
    coalesce(employee_id, team_id, region_id, company_id) as scope_id,
    quantile_cont(seconds, [0.5, 0.9]) as seconds
  from placed_exit
  group by grouping sets (
    (stage_id, period_kind, period_start, employee_id),
    (stage_id, period_kind, period_start, team_id),
    (stage_id, period_kind, period_start, region_id),
    (stage_id, period_kind, period_start, company_id)
  )
)

select
  counted.mode,
  parameter.process_id,
  counted.stage_id,
  stage.stage_order,
  counted.period_kind,
  counted.period_start,
  counted.scope_kind,
  counted.scope_id,
  cast(counted.entered as bigint) as entered,
  cast(counted.advanced as bigint) as advanced,
  cast(counted.lost as bigint) as lost,
  cast(counted.regressed as bigint) as regressed,
  cast(counted.still_open as bigint) as open,
  cast(
    round(cast(counted.advanced as double) / nullif(cast(counted.entered as double), 0), 8) as decimal(18, 8)
  )
    as conversion,
  cast(round(timed.seconds[1] / 86400, 4) as decimal(18, 4)) as days_p50,
  cast(round(timed.seconds[2] / 86400, 4) as decimal(18, 4)) as days_p90,
  -- with too many still open, the outcome of a cohort is not yet known
  counted.mode = 'exit' or counted.still_open * 5 <= counted.entered as is_mature
from counted
cross join core.parameter as parameter
inner join policy.stage as stage on counted.stage_id = stage.stage_id
left join timed
  on
    counted.mode = timed.mode
    and counted.stage_id = timed.stage_id
    and counted.period_kind = timed.period_kind
    and counted.period_start = timed.period_start
    and counted.scope_kind = timed.scope_kind
    and counted.scope_id = timed.scope_id
