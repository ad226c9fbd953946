-- table: core.customer_group
-- grain: one row per customer that has a parent or is one
-- key:   customer_id
-- why:   a group is what stands below one customer that has no parent itself; parents that lead back to
--        each other are a group of nobody
with recursive way as (
  select
    parent.customer_id as group_id,
    parent.customer_id
  from core.dim_customer as parent
  where
    parent.parent_customer_id is null
    and parent.customer_id in (
      select child.parent_customer_id
      from core.dim_customer as child
      where child.parent_customer_id is not null
    )
  union all
  select
    way.group_id,
    child.customer_id
  from way
  inner join core.dim_customer as child on way.customer_id = child.parent_customer_id
)

select
  group_id,
  customer_id
from way
