-- table: core.dso_countback
-- grain: one row per day looked at and scope whose receivables the sales of the last year cover
-- key:   as_of_date, scope_kind, scope_id
-- why:   counting back: receivables use up the newest month's sales first, then the month before; the
--        days of the months used up, and of the last one its share, are the days outstanding
with as_of as (
  select distinct as_of_date from core.receivable_calendar
),

back as (
  select date_diff('month', date '2000-01-01', first_day) as month_no
  from (
    select unnest(generate_series(date '2000-01-01', date '2001-01-01', interval 1 month)) as first_day
  ) as series
),

-- the running month up to the day looked at and the twelve before it, or thirteen times thirty days
month as (
  select
    as_of.as_of_date,
    back.month_no,
    case
      when policy.countback_months = 'days_30'
        then cast(as_of.as_of_date - (30 * back.month_no + 29) * interval 1 day as date)
      else cast(date_trunc('month', as_of.as_of_date) - back.month_no * interval 1 month as date)
    end as from_date,
    case
      when back.month_no = 0 then as_of.as_of_date
      when policy.countback_months = 'days_30'
        then cast(as_of.as_of_date - 30 * back.month_no * interval 1 day as date)
      else
        cast(
          date_trunc('month', as_of.as_of_date) - (back.month_no - 1) * interval 1 month
          - interval 1 day as date
        )
    end as to_date
  from as_of
  cross join back
  cross join policy.receivable as policy
),

axis_sales as (
  select
    case
      when grouping(owner_id) = 0 then 'owner'
      when grouping(segment) = 0 then 'segment'
      when grouping(partner_id) = 0 then 'partner'
      when grouping(currency) = 0 then 'currency'
      else 'customer'
    end as axis,
    coalesce(owner_id, segment, partner_id, currency, customer_id) as member_id,
    invoice_date,
    sum(sales_base) as amount
  from core.sales_day
  group by grouping sets (
    (invoice_date, owner_id),
    (invoice_date, segment),
    (invoice_date, partner_id),
    (invoice_date, currency),
    (invoice_date, customer_id)
  )
),

month_sales as (
  select
    axis,
    member_id,
    cast(date_trunc('month', invoice_date) as date) as from_date,
    sum(amount) as amount
  from axis_sales
  group by axis, member_id, cast(date_trunc('month', invoice_date) as date)
),

-- whole months by equality; only the running one, or thirty days, are summed up by day
member_sales as (
  select
    month.as_of_date,
    month.month_no,
    month_sales.axis,
    month_sales.member_id,
    month_sales.amount
  from month
  cross join policy.receivable as policy
  inner join month_sales on month.from_date = month_sales.from_date
  where month.month_no > 0 and policy.countback_months = 'calendar'
  union all
  select
    month.as_of_date,
    month.month_no,
    axis_sales.axis,
    axis_sales.member_id,
    sum(axis_sales.amount) as amount
  from month
  cross join policy.receivable as policy
  inner join axis_sales
    on month.from_date <= axis_sales.invoice_date and month.to_date >= axis_sales.invoice_date
  where month.month_no = 0 or policy.countback_months = 'days_30'
  group by month.as_of_date, month.month_no, axis_sales.axis, axis_sales.member_id
),

placed as (
  select
    sales.as_of_date,
    sales.month_no,
    sales.member_id as owner_id,
    sales.amount,
    coalesce(org.team_id, '(none)') as team_id,
    coalesce(org.region_id, '(none)') as region_id,
    parameter.company_id
  from member_sales as sales
  cross join core.parameter as parameter
  left join core.org_day as org
    on sales.member_id = org.employee_id and sales.as_of_date = org.calendar_date
  where sales.axis = 'owner'
),

scope_sales as (
  select
    as_of_date,
    month_no,
    case
      when grouping(owner_id) = 0 then 'employee'
      when grouping(team_id) = 0 then 'team'
      when grouping(region_id) = 0 then 'region'
      else 'company'
    end as scope_kind,
    coalesce(owner_id, team_id, region_id, company_id) as scope_id,
    sum(amount) as amount
  from placed
  group by
    grouping sets (
      (as_of_date, month_no, owner_id),
      (as_of_date, month_no, team_id),
      (as_of_date, month_no, region_id),
      (as_of_date, month_no, company_id)
    )
  union all
  select
    as_of_date,
    month_no,
    axis as scope_kind,
    member_id as scope_id,
    amount
  from member_sales
  where axis <> 'owner'
),

outstanding as (
  select
    as_of_date,
    scope_kind,
    scope_id,
    sum(open_amount_base) as amount
  from mart.receivable_ageing
  group by as_of_date, scope_kind, scope_id
  having sum(open_amount_base) > 0
),

-- only months with sales use anything up
consumed as (
  select
    sales.as_of_date,
    sales.scope_kind,
    sales.scope_id,
    sales.month_no,
    sales.amount as sales,
    outstanding.amount as outstanding,
    sum(sales.amount) over (
      partition by sales.as_of_date, sales.scope_kind, sales.scope_id
      order by sales.month_no
      rows between unbounded preceding and current row
    ) as sales_so_far
  from scope_sales as sales
  inner join outstanding
    on
      sales.as_of_date = outstanding.as_of_date
      and sales.scope_kind = outstanding.scope_kind
      and sales.scope_id = outstanding.scope_id
  where sales.amount > 0
),

last_month as (
  select
    consumed.as_of_date,
    consumed.scope_kind,
    consumed.scope_id,
    date_diff('day', month.to_date, consumed.as_of_date) as days_after,
    date_diff('day', month.from_date, month.to_date) + 1 as days,
    cast(consumed.sales as decimal(18, 4)) as sales,
    cast(consumed.outstanding - (consumed.sales_so_far - consumed.sales) as decimal(18, 4)) as used
  from consumed
  inner join month
    on consumed.as_of_date = month.as_of_date and consumed.month_no = month.month_no
  where
    consumed.sales_so_far >= consumed.outstanding
    and consumed.sales_so_far - consumed.sales < consumed.outstanding
),

-- ten-thousandths, taken apart: making a decimal of more than 18 digits whole takes microseconds
whole as (
  select
    as_of_date,
    scope_kind,
    scope_id,
    days_after,
    days,
    cast(floor(sales) as bigint) * 10000 + cast((sales - floor(sales)) * 10000 as bigint) as sales_units,
    cast(floor(used) as bigint) * 10000 + cast((used - floor(used)) * 10000 as bigint) as used_units
  from last_month
)

-- days in ten-thousandths, whole numbers: only the last month used up has a share, rounded half up
select
  as_of_date,
  scope_kind,
  scope_id,
  cast(
    days_after * 10000
    + (2 * days * cast(used_units as hugeint) * 10000 + sales_units)
    // (2 * cast(nullif(sales_units, 0) as hugeint)) as decimal(14, 0)
  ) * cast(0.0001 as decimal(4, 4)) as dso_countback
from whole
