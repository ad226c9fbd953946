-- check:    plan_names_are_known
-- guards:   mart.commission_statement
-- severity: warn
-- zh:       提成方案中写明的部门、岗位、细分市场和产品都存在
-- en:       every unit, role, segment and product that a commission plan names exists
-- effect_zh: 方案中写了没有人或产品对应的名称，这部分不发放：提成可能偏低。
-- effect_en: A plan names what does not exist and pays nobody for it: commission may be too low.
-- asks:     finance
-- why:      a name that nothing bears pays nobody and narrows a plan to nothing, without a word
with role as (
  select distinct role from core.employee_assignment
  union
  select distinct role from policy.commission_plan
),

named as (
  select
    plan_id,
    'unit' as kind,
    unit_id as name
  from policy.commission_plan_unit
  union
  select
    plan_id,
    'role' as kind,
    role as name
  from policy.commission_pool_member
  union
  select
    plan_id,
    case field when 'product_id' then 'product' else field end as kind,
    value as name
  from policy.commission_only
  where field in ('segment', 'product_category', 'product_id')
  union
  select
    plan_id,
    'segment' as kind,
    segment as name
  from policy.commission_rule
  where segment is not null
  union
  select
    plan_id,
    'product' as kind,
    product_id as name
  from policy.commission_rule
  where product_id is not null
  union
  select
    plan_id,
    'product_name' as kind,
    product_name as name
  from policy.commission_rule
  where product_name is not null
  union
  select
    plan_id,
    'product_category' as kind,
    product_category as name
  from policy.commission_rule
  where product_category is not null
),

known as (
  select
    'unit' as kind,
    unit_id as name
  from staging.org_unit
  union
  select
    'role' as kind,
    role as name
  from role
  union
  select
    'segment' as kind,
    coalesce(segment, '(none)') as name
  from core.dim_customer
  union
  select
    'product' as kind,
    product_id as name
  from staging.product
  union
  select
    'product_name' as kind,
    name
  from staging.product
  union
  select
    'product_category' as kind,
    category as name
  from staging.product
),

unknown as (
  select
    named.plan_id,
    named.kind,
    named.name
  from named
  left join known on named.kind = known.kind and named.name = known.name
  where known.name is null
),

near as (
  select
    unknown.kind,
    unknown.name,
    known.name as nearest,
    row_number() over (
      partition by unknown.kind, unknown.name
      order by levenshtein(lower(unknown.name), lower(known.name)), known.name
    ) as place
  from (
    select distinct
      kind,
      name
    from unknown
  ) as unknown
  inner join known
    on unknown.kind = known.kind and levenshtein(lower(unknown.name), lower(known.name)) <= 2
)

select
  unknown.plan_id,
  unknown.kind,
  unknown.name,
  near.nearest,
  concat(
    'plan ', unknown.plan_id, ' names the ', replace(unknown.kind, '_', ' '), ' ', unknown.name,
    ', which no export has',
    coalesce(' (did you mean ' || near.nearest || '?)', ''),
    '; it pays nobody for it (policy/commission)'
  ) as problem
from unknown
left join near on unknown.kind = near.kind and unknown.name = near.name and near.place = 1
