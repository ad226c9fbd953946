-- table: core.dso_countback
-- grain: one row per day looked at and scope whose receivables the sales of the last year cover
-- key:   as_of_date, scope_kind, scope_id
-- why:   counting back: receivables use up the newest month's sales first, then the month before; the
--        days of the months used up, and of the last one its share, are the days outstanding
with as_of as (
  select distinct
    variant.to_date as as_of_date,
    cast(date_trunc('month', variant.to_date) as date) as month_start
  from core.period_variant as variant
),

-- the running month up to the day looked at, and the twelve before it
month as (
  select
    as_of.as_of_date,
    back.month_no,
    cast(as_of.month_start - back.month_no * interval 1 month as date) as from_date,
    case
      when back.month_no = 0 then as_of.as_of_date
      else cast(as_of.month_start - (back.month_no - 1) * interval 1 month - interval 1 day as date)
    end as to_date
  from as_of
  cross join (
    select date_diff('month', date '2000-01-01', first_day) as month_no
    from (
      select unnest(generate_series(date '2000-01-01', date '2001-01-01', interval 1 month)) as first_day
    ) as series
  ) as back
),

day_sales as (
  select
    coalesce(owner_id, '(none)') as owner_id,
    invoice_date,
    sum(gross_amount_base) as amount
  from core.fct_invoice
  group by coalesce(owner_id, '(none)'), invoice_date
),

month_sales as (
  select
    owner_id,
    cast(date_trunc('month', invoice_date) as date) as from_date,
    sum(amount) as amount
  from day_sales
  group by owner_id, cast(date_trunc('month', invoice_date) as date)
),

-- whole months by equality; only the running one is summed up to its day
owner_sales as (
  select
    month.as_of_date,
    month.month_no,
    month_sales.owner_id,
    month_sales.amount
  from month
  inner join month_sales on month.from_date = month_sales.from_date
  where month.month_no > 0
  union all
  select
    month.as_of_date,
    month.month_no,
    day_sales.owner_id,
    sum(day_sales.amount) as amount
  from month
  inner join day_sales
    on
      month.from_date = cast(date_trunc('month', day_sales.invoice_date) as date)
      and month.to_date >= day_sales.invoice_date
  where month.month_no = 0
  group by month.as_of_date, month.month_no, day_sales.owner_id
),

placed as (
  select
    owner_sales.as_of_date,
    owner_sales.month_no,
    owner_sales.owner_id,
    owner_sales.amount,
    coalesce(org.team_id, '(none)') as team_id,
    coalesce(org.region_id, '(none)') as region_id,
    parameter.company_id
  from owner_sales
  cross join core.parameter as parameter
  left join core.org_day as org
    on owner_sales.owner_id = org.employee_id and owner_sales.as_of_date = org.calendar_date
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
  group by grouping sets (
    (as_of_date, month_no, owner_id),
    (as_of_date, month_no, team_id),
    (as_of_date, month_no, region_id),
    (as_of_date, month_no, company_id)
  )
),

outstanding as (
  select
    as_of_date,
    scope_kind,
    scope_id,
    sum(open_amount_base) as amount
  from mart.receivable_ageing
  where scope_kind in ('employee', 'team', 'region', 'company')
  group by as_of_date, scope_kind, scope_id
  having sum(open_amount_base) > 0
),

consumed as (
  select
    outstanding.as_of_date,
    outstanding.scope_kind,
    outstanding.scope_id,
    outstanding.amount as outstanding,
    month.month_no,
    date_diff('day', month.from_date, month.to_date) + 1 as days,
    greatest(coalesce(sales.amount, 0), 0) as sales,
    sum(greatest(coalesce(sales.amount, 0), 0)) over (
      partition by outstanding.as_of_date, outstanding.scope_kind, outstanding.scope_id
      order by month.month_no
      rows between unbounded preceding and current row
    ) as sales_so_far
  from outstanding
  inner join month on outstanding.as_of_date = month.as_of_date
  left join scope_sales as sales
    on
      outstanding.as_of_date = sales.as_of_date
      and outstanding.scope_kind = sales.scope_kind
      and outstanding.scope_id = sales.scope_id
      and month.month_no = sales.month_no
)

select
  as_of_date,
  scope_kind,
  scope_id,
  cast(round(sum(
    case
      when sales_so_far <= outstanding then cast(days as double)
      when sales_so_far - sales < outstanding
        then
          cast(days as double) * cast(outstanding - (sales_so_far - sales) as double) / cast(sales as double)
      else 0
    end
  ), 4) as decimal(18, 4)) as dso_countback
from consumed
group by as_of_date, scope_kind, scope_id, outstanding
having max(sales_so_far) >= outstanding
