-- table: receivables.balance_day
-- grain: one row per day looked at, owner, customer, segment, partner or currency, and bucket
-- key:   as_of_date, axis, member_id, bucket
-- why:   balances of every period end from movements summed once: 104 week-ends cost what one costs
with first_day as (
  select min(calendar_date) as calendar_date from receivables.balance_calendar
),

span as (
  select
    coalesce(span.owner_id, '(none)') as owner_id,
    span.customer_id,
    span.segment,
    span.partner_id,
    span.currency,
    span.bucket,
    span.bucket_order,
    greatest(span.valid_from, first_day.calendar_date) as valid_from,
    greatest(span.valid_before, first_day.calendar_date) as valid_before,
    span.open_amount_base,
    case when span.is_overdue then span.open_amount_base else 0 end as overdue_base,
    case when span.is_disputed then span.open_amount_base else 0 end as disputed_base,
    case when span.risk_class = 'watch' then 1 else 0 end as watch_items,
    case when span.risk_class = 'doubtful' then 1 else 0 end as doubtful_items,
    case when span.risk_class = 'bad_debt' then 1 else 0 end as bad_debt_items
  from core.open_item_bucket_span as span
  cross join first_day
),

movement as (
  select
    owner_id,
    customer_id,
    segment,
    partner_id,
    currency,
    bucket,
    bucket_order,
    valid_from as moved_date,
    open_amount_base,
    overdue_base,
    disputed_base,
    1 as items,
    watch_items,
    doubtful_items,
    bad_debt_items
  from span
  union all
  select
    owner_id,
    customer_id,
    segment,
    partner_id,
    currency,
    bucket,
    bucket_order,
    valid_before as moved_date,
    -open_amount_base as open_amount_base,
    -overdue_base as overdue_base,
    -disputed_base as disputed_base,
    -1 as items,
    -watch_items as watch_items,
    -doubtful_items as doubtful_items,
    -bad_debt_items as bad_debt_items
  from span
),

-- each movement counts from the first day looked at on or after it
seen as (
  select
    case
      when grouping(movement.owner_id) = 0 then 'owner'
      when grouping(movement.segment) = 0 then 'segment'
      when grouping(movement.partner_id) = 0 then 'partner'
      when grouping(movement.currency) = 0 then 'currency'
      else 'customer'
    end as axis,
    coalesce(
      movement.owner_id, movement.segment, movement.partner_id, movement.currency, movement.customer_id
    ) as member_id,
    coalesce(calendar.as_of_date, calendar.customer_as_of_date) as as_of_date,
    movement.bucket,
    movement.bucket_order,
    sum(movement.open_amount_base) as open_amount_base,
    sum(movement.overdue_base) as overdue_base,
    sum(movement.disputed_base) as disputed_base,
    sum(movement.items) as items,
    sum(movement.watch_items) as watch_items,
    sum(movement.doubtful_items) as doubtful_items,
    sum(movement.bad_debt_items) as bad_debt_items
  from movement
  inner join receivables.balance_calendar as calendar on movement.moved_date = calendar.calendar_date
  group by
    grouping sets (
      (calendar.as_of_date, movement.bucket, movement.bucket_order, movement.owner_id),
      (calendar.as_of_date, movement.bucket, movement.bucket_order, movement.segment),
      (calendar.as_of_date, movement.bucket, movement.bucket_order, movement.partner_id),
      (calendar.as_of_date, movement.bucket, movement.bucket_order, movement.currency),
      (calendar.customer_as_of_date, movement.bucket, movement.bucket_order, movement.customer_id)
    )
),

running as (
  select
    axis,
    member_id,
    bucket,
    bucket_order,
    as_of_date as from_date,
    coalesce(lead(as_of_date) over following, date '9999-12-31') as before_date,
    sum(open_amount_base) over so_far as open_amount_base,
    sum(overdue_base) over so_far as overdue_base,
    sum(disputed_base) over so_far as disputed_base,
    sum(items) over so_far as items,
    sum(watch_items) over so_far as watch_items,
    sum(doubtful_items) over so_far as doubtful_items,
    sum(bad_debt_items) over so_far as bad_debt_items
  from seen
  window
    following as (partition by axis, member_id, bucket order by as_of_date),
    so_far as (
      partition by axis, member_id, bucket order by as_of_date
      rows between unbounded preceding and current row
    )
),

as_of as (
  select
    as_of_date,
    max(case when as_of_date = customer_as_of_date then 1 else 0 end) as is_customer_day
  from receivables.balance_calendar
  group by as_of_date
),

balance as (
  select
    as_of.as_of_date,
    running.axis,
    running.member_id,
    running.bucket,
    running.bucket_order,
    running.open_amount_base,
    running.overdue_base,
    running.disputed_base,
    running.items,
    running.watch_items,
    running.doubtful_items,
    running.bad_debt_items
  from running
  inner join as_of
    on running.from_date <= as_of.as_of_date and running.before_date > as_of.as_of_date
  where
    (running.items <> 0 or running.open_amount_base <> 0)
    and (running.axis <> 'customer' or as_of.is_customer_day = 1)
),

revalued as (
  select
    revaluation.as_of_date,
    case
      when grouping(revaluation.owner_id) = 0 then 'owner'
      when grouping(revaluation.segment) = 0 then 'segment'
      when grouping(revaluation.partner_id) = 0 then 'partner'
      when grouping(revaluation.currency) = 0 then 'currency'
      else 'customer'
    end as axis,
    coalesce(
      revaluation.owner_id,
      revaluation.segment,
      revaluation.partner_id,
      revaluation.currency,
      revaluation.customer_id
    ) as member_id,
    revaluation.bucket,
    sum(revaluation.revaluation_base) as revaluation_base,
    sum(revaluation.overdue_revaluation_base) as overdue_revaluation_base
  from receivables.revaluation_day as revaluation
  cross join policy.receivable as policy
  where policy.foreign_currency = 'closing_rate'
  group by
    grouping sets (
      (revaluation.as_of_date, revaluation.bucket, revaluation.owner_id),
      (revaluation.as_of_date, revaluation.bucket, revaluation.segment),
      (revaluation.as_of_date, revaluation.bucket, revaluation.partner_id),
      (revaluation.as_of_date, revaluation.bucket, revaluation.currency),
      (revaluation.as_of_date, revaluation.bucket, revaluation.customer_id)
    )
)

select
  balance.as_of_date,
  balance.axis,
  balance.member_id,
  balance.bucket,
  balance.bucket_order,
  cast(balance.open_amount_base + coalesce(revalued.revaluation_base, 0) as decimal(18, 4))
    as open_amount_base,
  cast(balance.overdue_base + coalesce(revalued.overdue_revaluation_base, 0) as decimal(18, 4))
    as overdue_amount_base,
  cast(balance.disputed_base as decimal(18, 4)) as disputed_amount_base,
  cast(coalesce(revalued.revaluation_base, 0) as decimal(18, 4)) as revaluation_base,
  cast(coalesce(revalued.overdue_revaluation_base, 0) as decimal(18, 4)) as overdue_revaluation_base,
  cast(balance.items as bigint) as items,
  cast(balance.watch_items as bigint) as watch_items,
  cast(balance.doubtful_items as bigint) as doubtful_items,
  cast(balance.bad_debt_items as bigint) as bad_debt_items
from balance
left join revalued
  on
    balance.as_of_date = revalued.as_of_date
    and balance.axis = revalued.axis
    and balance.member_id = revalued.member_id
    and balance.bucket = revalued.bucket
