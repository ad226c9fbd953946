-- table: mart.quota_allocation
-- grain: one row per unit, measure and quota period that the unit has a quota for
-- key:   unit_id, measure, period_start
-- why:   a quota is broken down to units below and at last to people; where the parts are more or
--        less than the whole, every attainment below it is judged by the wrong number
with given as (
  select
    scope_kind,
    scope_id,
    measure,
    period_start,
    period_end,
    amount,
    -- a year may be broken down to quarters or months: which kind of span a quota is for
    case
      when date_diff('day', period_start, period_end) < 7 then 1
      when date_diff('day', period_start, period_end) < 31 then 2
      when date_diff('day', period_start, period_end) < 93 then 3
      when date_diff('day', period_start, period_end) < 185 then 4
      else 5
    end as span_size
  from staging.quota
),

unit_quota as (
  select
    given.scope_id as unit_id,
    unit.kind,
    unit.parent_unit_id,
    given.measure,
    given.period_start,
    given.period_end,
    given.amount,
    given.span_size
  from given
  inner join core.dim_unit as unit on given.scope_id = unit.unit_id
  where given.scope_kind = 'unit'
),

-- a person's quota is part of the unit they were in when its period began; both as they were given,
-- before proration
part as (
  select
    'unit' as part_kind,
    unit_id as part_id,
    parent_unit_id as unit_id,
    measure,
    period_start,
    period_end,
    amount,
    span_size
  from unit_quota
  where parent_unit_id is not null
  union all
  select
    'employee' as part_kind,
    given.scope_id as part_id,
    org.unit_id,
    given.measure,
    given.period_start,
    given.period_end,
    given.amount,
    given.span_size
  from given
  inner join core.org_day as org
    on given.scope_id = org.employee_id and given.period_start = org.calendar_date
  where given.scope_kind = 'employee'
),

-- the quotas of a part that lie within the whole's period; of a year and its months only the year
within_whole as (
  select
    part.part_kind,
    whole.unit_id,
    whole.measure,
    whole.period_start,
    part.amount,
    part.span_size = max(part.span_size) over (
      partition by part.part_kind, part.part_id, whole.unit_id, whole.measure, whole.period_start
    ) as is_counted
  from unit_quota as whole
  inner join part
    on
      whole.unit_id = part.unit_id
      and whole.measure = part.measure
      and whole.period_start <= part.period_start
      and whole.period_end >= part.period_end
),

allocated as (
  select
    part_kind,
    unit_id,
    measure,
    period_start,
    count(*) as parts,
    cast(sum(amount) as decimal(18, 4)) as parts_amount
  from within_whole
  where is_counted
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
