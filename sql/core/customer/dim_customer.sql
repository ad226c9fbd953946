-- table: core.dim_customer
-- grain: one row per customer
-- key:   customer_id
-- why:   names, segments and credit terms beside every fact of a customer; one that was merged into
--        another is that other, as the partner or the parent of others too
with recursive way as (
  select
    from_id,
    into_id
  from staging.customer_merge
  union all
  select
    way.from_id,
    further.into_id
  from way
  inner join staging.customer_merge as further on way.into_id = further.from_id
),

merged as (
  select
    from_id,
    into_id
  from way
  where into_id not in (select step.from_id from staging.customer_merge as step)
)

select
  customer.customer_id,
  customer.name,
  customer.segment,
  customer.industry,
  customer.region,
  customer.owner_id,
  customer.credit_limit,
  customer.credit_days,
  customer.risk_flag,
  coalesce(partner.into_id, customer.partner_id) as partner_id,
  nullif(coalesce(parent.into_id, customer.parent_customer_id), customer.customer_id)
    as parent_customer_id,
  customer.health_score,
  customer.ended_on,
  customer._load,
  customer._line
from staging.customer as customer
left join merged as partner on customer.partner_id = partner.from_id
left join merged as parent on customer.parent_customer_id = parent.from_id
where customer.customer_id not in (select merged.from_id from merged)
