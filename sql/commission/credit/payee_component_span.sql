-- table: commission.payee_component_span
-- grain: one row per employee, span of days with one commission plan, and component of the plan
-- key:   employee_id, valid_from, component_id
-- why:   which component pays whom when, and by whose quota, of the plan that commission.payee_plan_span
--        found in force; a small table keeps the join with a million credits a small one. A position
--        counts from counted_from on: through changes within a quota period (a new version, another plan,
--        another unit) as the plan says of each, and only into what counts alike. Where the quota is split
--        by days it is that of quota_from to quota_to
with paying as (
  select
    span.employee_id,
    span.valid_from,
    span.valid_to,
    span.role,
    span.unit_id,
    span.plan_id,
    span.plan_version,
    plan.new_version,
    plan.new_plan,
    plan.new_unit,
    component.component_id,
    component.credit_event,
    component.credit_to,
    component.max_level,
    component.counted_in,
    component.counted_from,
    case when component.quota_of = 'unit' then coalesce(unit.kind, 'employee') else 'employee' end
      as quota_scope_kind,
    case when component.quota_of = 'unit' then span.unit_id else span.employee_id end as quota_scope_id
  from commission.payee_plan_span as span
  inner join policy.commission_plan as plan
    on span.plan_id = plan.plan_id and span.plan_version = plan.plan_version
  inner join policy.commission_component as component
    on span.plan_id = component.plan_id and span.plan_version = component.plan_version
  left join core.dim_unit as unit on span.unit_id = unit.unit_id
  where component.credit_to <> 'pool'
),

-- what changed on the day a span begins, and what its plan says of that
changed as (
  select
    paying.*,
    case
      when lag(paying.plan_id) over earlier is null then 'afresh'
      when lag(paying.plan_id) over earlier <> paying.plan_id
        then
          case
            when lag(paying.counted_in) over earlier = paying.counted_in then paying.new_plan
            else 'afresh'
          end
      when lag(paying.counted_from) over earlier <> paying.counted_from
        then case when paying.new_version = 'carry' then 'afresh' else paying.new_version end
      when coalesce(lag(paying.unit_id) over earlier, '') <> coalesce(paying.unit_id, '') then paying.new_unit
      else 'carry'
    end as change
  from paying
  window earlier as (partition by paying.employee_id, paying.component_id order by paying.valid_from)
),

begun as (
  select
    changed.*,
    max(case when changed.change <> 'carry' then changed.valid_from end) over so_far as begins,
    max(case when changed.change = 'by_days' then changed.valid_from end) over so_far as splits,
    min(case when changed.change = 'by_days' then changed.valid_from end) over later as splits_next,
    min(case when changed.change <> 'carry' then changed.valid_from end) over later as begins_next
  from changed
  window
    so_far as (
      partition by changed.employee_id, changed.component_id order by changed.valid_from
      rows between unbounded preceding and current row
    ),
    later as (
      partition by changed.employee_id, changed.component_id order by changed.valid_from
      rows between 1 following and unbounded following
    )
)

select
  employee_id,
  valid_from,
  valid_to,
  role,
  plan_id,
  plan_version,
  component_id,
  credit_event,
  credit_to,
  max_level,
  quota_scope_kind,
  quota_scope_id,
  begins as counted_from,
  case when splits = begins then begins else date '0001-01-01' end as quota_from,
  case
    -- the next time a position begins anew tells whether the quota ends there
    when splits_next = begins_next then cast(begins_next - interval 1 day as date)
    else date '9999-12-31'
  end as quota_to
from begun
