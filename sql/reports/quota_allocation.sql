-- table: mart.quota_allocation
-- grain: one row per unit, measure and quota period that the unit has a quota for
-- key:   unit_id, measure, period_start
-- why:   a quota is broken down to units below and at last to people; where the parts are more or
--        less than the whole, every attainment below it is judged by the wrong number
with unit_quota as (
  select
    quota.scope_id as unit_id,
    unit.kind,
    unit.parent_unit_id,
    quota.measure,
    quota.period_start,
    quota.period_end,
    quota.amount
  from staging.quota as quota
  inner join core.dim_unit as unit on quota.scope_id = unit.unit_id
  where quota.scope_kind = 'unit'
),

-- a person's quota is part of the unit they were in when its period began
part as (
  select
    'unit' as part_kind,
    parent_unit_id as unit_id,
    measure,
    period_start,
    amount
  from unit_quota
  where parent_unit_id is not null
  union all
  select
    'employee' as part_kind,
    org.unit_id,
    quota.measure,
    quota.period_start,
    quota.amount
  from staging.quota as quota
  inner join core.org_day as org
    on quota.scope_id = org.employee_id and quota.period_start = org.calendar_date
  where quota.scope_kind = 'employee'
),

allocated as (
  select
    part_kind,
    unit_id,
    measure,
    period_start,
    count(*) as parts,
    cast(sum(amount) as decimal(18, 4)) as parts_amount
  from part
  group by part_kind, unit_id, measure, period_start
)

select
  whole.unit_id,
  whole.kind as unit_kind,
  whole.measure,
  whole.period_start,
  whole.period_end,
  whole.amount as quota,
  case when below.parts is not null then below.part_kind else people.part_kind end as part_kind,
  coalesce(below.parts, people.parts, 0) as parts,
  coalesce(below.parts_amount, people.parts_amount) as parts_amount,
  coalesce(below.parts_amount, people.parts_amount) - whole.amount as over_allocated
from unit_quota as whole
left join allocated as below
  on
    below.part_kind = 'unit'
    and whole.unit_id = below.unit_id
    and whole.measure = below.measure
    and whole.period_start = below.period_start
left join allocated as people
  on
    people.part_kind = 'employee'
    and whole.unit_id = people.unit_id
    and whole.measure = people.measure
    and whole.period_start = people.period_start
