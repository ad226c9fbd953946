-- table: commission.payee_component_span
-- grain: one row per employee, span of days with one commission plan, and component of the plan
-- key:   employee_id, valid_from, component_id
-- why:   which component pays whom when, and by whose quota, of the plan that commission.payee_plan_span
--        found in force; a small table keeps the join with a million credits a small one
select
  span.employee_id,
  span.valid_from,
  span.valid_to,
  span.role,
  span.plan_id,
  span.plan_version,
  component.component_id,
  component.credit_event,
  component.credit_to,
  component.max_level,
  case when component.quota_of = 'unit' then coalesce(unit.kind, 'employee') else 'employee' end
    as quota_scope_kind,
  case when component.quota_of = 'unit' then span.unit_id else span.employee_id end as quota_scope_id
from commission.payee_plan_span as span
inner join policy.commission_component as component
  on span.plan_id = component.plan_id and span.plan_version = component.plan_version
left join core.dim_unit as unit on span.unit_id = unit.unit_id
where component.credit_to <> 'pool'
