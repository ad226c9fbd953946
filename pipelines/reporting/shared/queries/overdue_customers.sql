-- what each customer owes on the day of the report and was overdue with a week before, the largest
-- overdue first
with owed as (
  select
    customer_id,
    sum(items) as items,
    sum(open_amount_base) as outstanding,
    sum(case when is_overdue then open_amount_base else 0 end) as overdue,
    sum(case when is_overdue and days_past_due > 90 then open_amount_base else 0 end) as over_90,
    max(case when open_amount_base > 0 then days_past_due end) as oldest_days
  from mart.receivable_item
  where as_of_date = $as_of
  group by customer_id
),

week_before as (
  select
    scope_id as customer_id,
    overdue
  from mart.receivable_metric
  where
    scope_kind = 'customer'
    and as_of_date = cast($as_of as date) - interval 7 day
    and overdue <> 0
),

-- who has paid everything since is a row too
stood as (
  select
    coalesce(owed.customer_id, week_before.customer_id) as customer_id,
    coalesce(owed.items, 0) as items,
    coalesce(owed.outstanding, 0) as outstanding,
    coalesce(owed.overdue, 0) as overdue,
    coalesce(owed.over_90, 0) as over_90,
    owed.oldest_days,
    coalesce(week_before.overdue, 0) as overdue_week_before
  from owed
  full outer join week_before on owed.customer_id = week_before.customer_id
)

select
  stood.customer_id,
  customer.name as customer_name,
  customer.owner_id,
  customer.region,
  stood.items,
  stood.outstanding,
  stood.overdue,
  stood.over_90,
  stood.oldest_days,
  stood.overdue_week_before
from stood
left join core.dim_customer as customer on stood.customer_id = customer.customer_id
order by stood.overdue desc, stood.outstanding desc, stood.customer_id asc
