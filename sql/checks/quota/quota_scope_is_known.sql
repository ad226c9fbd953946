-- check:    quota_scope_is_known
-- guards:   core.quota_day
-- severity: warn
-- zh:       目标所属的部门和员工都存在
-- en:       every quota is for a unit or an employee that exists
-- effect_zh: 这些指标不计给任何人：对应的完成率缺失或偏高。
-- effect_en: These quotas count for nobody: the attainment meant by them is missing or too high.
-- asks:     sales_ops
-- why:      a quota for an unknown unit counts for nobody, and the attainment it was meant for is wrong
with unknown as (
  select
    quota.scope_kind,
    quota.scope_id,
    min(quota._load) as _load,
    min(quota._line) as _line,
    count(*) as quotas
  from staging.quota as quota
  left join staging.org_unit as unit
    on case when quota.scope_kind = 'unit' then quota.scope_id end = unit.unit_id
  left join staging.employee as employee
    on case when quota.scope_kind = 'employee' then quota.scope_id end = employee.employee_id
  where unit.unit_id is null and employee.employee_id is null
  group by quota.scope_kind, quota.scope_id
),

known as (
  select
    'unit' as scope_kind,
    unit_id as scope_id
  from staging.org_unit
  union all
  select
    'employee' as scope_kind,
    employee_id as scope_id
  from staging.employee
),

near as (
  select
    unknown.scope_kind,
    unknown.scope_id,
    known.scope_id as nearest,
    row_number() over (
      partition by unknown.scope_kind, unknown.scope_id
      order by levenshtein(lower(unknown.scope_id), lower(known.scope_id)), known.scope_id
    ) as place
  from unknown
  inner join known
    on
      unknown.scope_kind = known.scope_kind
      and levenshtein(lower(unknown.scope_id), lower(known.scope_id)) <= 2
)

select
  load.file,
  unknown._line as line,
  unknown.scope_kind,
  unknown.scope_id,
  near.nearest,
  unknown.quotas,
  'there is no ' || unknown.scope_kind || ' ' || unknown.scope_id
  || coalesce(' (did you mean ' || near.nearest || '?)', '')
  || '; its quotas (' || cast(unknown.quotas as varchar) || ') count for '
  || case when unknown.scope_kind = 'unit' then 'nobody' else 'that number alone' end
    as problem
from unknown
left join mart.load as load on unknown._load = load.load_id
left join near
  on unknown.scope_kind = near.scope_kind and unknown.scope_id = near.scope_id and near.place = 1
