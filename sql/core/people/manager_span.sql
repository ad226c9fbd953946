-- table: core.manager_span
-- grain: one row per employee, level of management above them and span of days with one manager
-- key:   employee_id, level, valid_from
-- why:   an override is paid up the hierarchy as it stood on the day of the credit, four levels up; to
--        nobody twice, should the chain lead back to somebody below
with placed as (
  select
    employee_id,
    manager_id,
    case
      when row_number() over (partition by employee_id order by valid_from) = 1
        then date '0001-01-01'
      else valid_from
    end as valid_from,
    case
      when is_last then date '9999-12-31'
      else
        cast(lead(valid_from) over (partition by employee_id order by valid_from) - interval 1 day as date)
    end as valid_to
  from core.employee_assignment
),

first_level as (
  select
    employee_id,
    manager_id,
    valid_from,
    valid_to
  from placed
  where manager_id is not null and manager_id <> employee_id
),

second_level as (
  select
    below.employee_id,
    below.manager_id as first_id,
    above.manager_id,
    greatest(below.valid_from, above.valid_from) as valid_from,
    least(below.valid_to, above.valid_to) as valid_to
  from first_level as below
  inner join first_level as above on below.manager_id = above.employee_id
  where below.valid_from <= above.valid_to and above.valid_from <= below.valid_to
),

third_level as (
  select
    below.employee_id,
    below.first_id,
    below.manager_id as second_id,
    above.manager_id,
    greatest(below.valid_from, above.valid_from) as valid_from,
    least(below.valid_to, above.valid_to) as valid_to
  from second_level as below
  inner join first_level as above on below.manager_id = above.employee_id
  where
    below.valid_from <= above.valid_to and above.valid_from <= below.valid_to
    and above.manager_id <> below.first_id
),

fourth_level as (
  select
    below.employee_id,
    above.manager_id,
    greatest(below.valid_from, above.valid_from) as valid_from,
    least(below.valid_to, above.valid_to) as valid_to
  from third_level as below
  inner join first_level as above on below.manager_id = above.employee_id
  where
    below.valid_from <= above.valid_to and above.valid_from <= below.valid_to
    and above.manager_id not in (below.first_id, below.second_id)
),

every_level as (
  select
    1 as level,
    employee_id,
    manager_id,
    valid_from,
    valid_to
  from first_level
  union all
  select
    2 as level,
    employee_id,
    manager_id,
    valid_from,
    valid_to
  from second_level
  union all
  select
    3 as level,
    employee_id,
    manager_id,
    valid_from,
    valid_to
  from third_level
  union all
  select
    4 as level,
    employee_id,
    manager_id,
    valid_from,
    valid_to
  from fourth_level
)

select
  employee_id,
  level,
  manager_id,
  valid_from,
  valid_to
from every_level
where manager_id <> employee_id
