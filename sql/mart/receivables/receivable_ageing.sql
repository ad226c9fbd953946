-- table: mart.receivable_ageing
-- grain: one row per day looked at, scope and ageing bucket
-- key:   as_of_date, scope_kind, scope_id, bucket
-- why:   ageing by owner, team, region, company, segment, channel partner, currency and customer at
--        every period end; the buckets of a scope add up to what it is owed
with day as (
  select
    receivable.as_of_date,
    receivable.member_id as owner_id,
    coalesce(org.team_id, '(none)') as team_id,
    coalesce(org.region_id, '(none)') as region_id,
    parameter.company_id,
    receivable.bucket,
    receivable.bucket_order,
    receivable.open_amount_base,
    receivable.overdue_amount_base,
    receivable.disputed_amount_base,
    receivable.revaluation_base,
    receivable.overdue_revaluation_base,
    receivable.items,
    receivable.watch_items,
    receivable.doubtful_items,
    receivable.bad_debt_items
  from receivables.balance_day as receivable
  cross join core.parameter as parameter
  left join core.org_day as org
    on receivable.member_id = org.employee_id and receivable.as_of_date = org.calendar_date
  where receivable.axis = 'owner'
),

scoped as (
  select
    as_of_date,
    case
      when grouping(owner_id) = 0 then 'employee'
      when grouping(team_id) = 0 then 'team'
      when grouping(region_id) = 0 then 'region'
      else 'company'
    end as scope_kind,
    coalesce(owner_id, team_id, region_id, company_id) as scope_id,
    bucket,
    bucket_order,
    sum(open_amount_base) as open_amount_base,
    sum(overdue_amount_base) as overdue_amount_base,
    sum(disputed_amount_base) as disputed_amount_base,
    sum(revaluation_base) as revaluation_base,
    sum(overdue_revaluation_base) as overdue_revaluation_base,
    sum(items) as items,
    sum(watch_items) as watch_items,
    sum(doubtful_items) as doubtful_items,
    sum(bad_debt_items) as bad_debt_items
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
    axis as scope_kind,
    member_id as scope_id,
    bucket,
    bucket_order,
    open_amount_base,
    overdue_amount_base,
    disputed_amount_base,
    revaluation_base,
    overdue_revaluation_base,
    items,
    watch_items,
    doubtful_items,
    bad_debt_items
  from receivables.balance_day
  where axis <> 'owner' and not (axis = 'partner' and member_id = '(none)')
)

select
  as_of_date,
  scope_kind,
  scope_id,
  bucket,
  bucket_order,
  cast(open_amount_base as decimal(18, 4)) as open_amount_base,
  cast(items as bigint) as items,
  cast(overdue_amount_base as decimal(18, 4)) as overdue_amount_base,
  cast(disputed_amount_base as decimal(18, 4)) as disputed_amount_base,
  cast(revaluation_base as decimal(18, 4)) as revaluation_base,
  cast(overdue_revaluation_base as decimal(18, 4)) as overdue_revaluation_base,
  cast(watch_items as bigint) as watch_items,
  cast(doubtful_items as bigint) as doubtful_items,
  cast(bad_debt_items as bigint) as bad_debt_items
from scoped
where open_amount_base <> 0 or items <> 0
