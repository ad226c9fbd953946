-- table: mart.receivable_ageing
-- grain: one row per day looked at, scope and ageing bucket
-- key:   as_of_date, scope_kind, scope_id, bucket
-- why:   ageing by owner, team, region and company at every period end, and by customer and segment
--        on the day of the report; the buckets of a scope add up to what it is owed
with day as (
  select
    receivable.as_of_date,
    receivable.owner_id,
    receivable.bucket,
    receivable.bucket_order,
    receivable.open_amount_base,
    receivable.items,
    coalesce(org.team_id, '(none)') as team_id,
    coalesce(org.region_id, '(none)') as region_id,
    parameter.company_id
  from core.receivable_day as receivable
  cross join core.parameter as parameter
  left join core.org_day as org
    on receivable.owner_id = org.employee_id and receivable.as_of_date = org.calendar_date
),

scoped as (
  select
    as_of_date,
    bucket,
    bucket_order,
    case
      when grouping(owner_id) = 0 then 'employee'
      when grouping(team_id) = 0 then 'team'
      when grouping(region_id) = 0 then 'region'
      else 'company'
    end as scope_kind,
    coalesce(owner_id, team_id, region_id, company_id) as scope_id,
    sum(open_amount_base) as open_amount_base,
    sum(items) as items
  from day
  group by
    grouping sets (
      (as_of_date, bucket, bucket_order, owner_id),
      (as_of_date, bucket, bucket_order, team_id),
      (as_of_date, bucket, bucket_order, region_id),
      (as_of_date, bucket, bucket_order, company_id)
    )
  union all
  select
    as_of_date,
    bucket,
    bucket_order,
    case when grouping(customer_id) = 0 then 'customer' else 'segment' end as scope_kind,
    coalesce(customer_id, segment) as scope_id,
    sum(open_amount_base) as open_amount_base,
    count(*) as items
  from mart.receivable_item
  group by grouping sets (
    (as_of_date, bucket, bucket_order, customer_id),
    (as_of_date, bucket, bucket_order, segment)
  )
)

select
  as_of_date,
  scope_kind,
  scope_id,
  bucket,
  bucket_order,
  cast(open_amount_base as decimal(18, 4)) as open_amount_base,
  cast(items as bigint) as items
from scoped
where open_amount_base <> 0 or items <> 0
