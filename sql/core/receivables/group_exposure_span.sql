-- table: core.group_exposure_span
-- grain: one row per customer of a group with a limit and span of days with one exposure; one more for
--        the group's limit
-- key:   customer_id, valid_from, is_limit
-- why:   what a parent and all its customers owe and have ordered, against the limit the parent has: each
--        may be within its own while the group is not
with parent as (
  select
    customer_id as group_id,
    owner_id,
    segment,
    credit_limit,
    _load,
    _line
  from core.dim_customer
  where credit_limit > 0
),

exposure as (
  select
    member.group_id,
    span.customer_id,
    span.valid_from,
    span.valid_before,
    span.exposure_base
  from receivables.credit_exposure_span as span
  inner join core.customer_group as member on span.customer_id = member.customer_id
),

begun as (
  select
    group_id,
    min(valid_from) as valid_from
  from exposure
  group by group_id
)

select
  exposure.group_id,
  exposure.customer_id,
  false as is_limit,
  exposure.valid_from,
  exposure.valid_before,
  parent.owner_id,
  parent.segment,
  exposure.exposure_base,
  cast(0 as decimal(18, 4)) as group_limit,
  parent._load,
  parent._line
from exposure
inner join parent on exposure.group_id = parent.group_id
union all
select
  begun.group_id,
  begun.group_id as customer_id,
  true as is_limit,
  begun.valid_from,
  date '9999-12-31' as valid_before,
  parent.owner_id,
  parent.segment,
  cast(0 as decimal(18, 4)) as exposure_base,
  parent.credit_limit as group_limit,
  parent._load,
  parent._line
from begun
inner join parent on begun.group_id = parent.group_id
