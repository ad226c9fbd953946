-- grain: one row per scope, measure and month
-- why:   people, teams, regions and the company; parts add up, but for one planted over-allocation
with team_quota as (
  select
    assignment.unit_id,
    quota_rep.measure,
    quota_rep.first_day,
    quota_rep.last_day,
    sum(quota_rep.amount_cents)::bigint as amount_cents
  from quota_rep
  inner join assignment
    on
      quota_rep.employee_no = assignment.employee_no
      and assignment.role = 'rep'
      and quota_rep.last_day >= assignment.valid_from
      and coalesce(assignment.valid_to, date '9999-12-31') >= quota_rep.first_day
  group by assignment.unit_id, quota_rep.measure, quota_rep.first_day, quota_rep.last_day
),

stated as (
  -- planted: in 2026-11 the members of T03 carry 300,000 more than their team
  select
    * replace (
      amount_cents - case
        when unit_id = team_id(3) and measure = 'contract_amount' and first_day = date '2026-11-01'
          then 30000000
        else 0
      end as amount_cents
    )
  from team_quota
),

region_quota as (
  select
    unit.parent_unit_id as unit_id,
    stated.measure,
    stated.first_day,
    stated.last_day,
    sum(stated.amount_cents)::bigint as amount_cents
  from stated
  inner join org_unit as unit on stated.unit_id = unit.unit_id
  group by unit.parent_unit_id, stated.measure, stated.first_day, stated.last_day
),

company_quota as (
  select
    'C-01' as unit_id,
    measure,
    first_day,
    last_day,
    sum(amount_cents)::bigint as amount_cents
  from region_quota
  group by measure, first_day, last_day
)

select
  'employee' as scope_kind,
  employee_id(employee_no) as scope_id,
  measure,
  first_day,
  last_day,
  amount_cents
from quota_rep
union all
select
  'unit' as scope_kind,
  unit_id,
  measure,
  first_day,
  last_day,
  amount_cents
from stated
union all
select
  'unit' as scope_kind,
  unit_id,
  measure,
  first_day,
  last_day,
  amount_cents
from region_quota
union all
select
  'unit' as scope_kind,
  unit_id,
  measure,
  first_day,
  last_day,
  amount_cents
from company_quota
