-- table: receivables.flow_day
-- grain: one row per day looked at and scope
-- key:   as_of_date, scope_kind, scope_id
-- why:   what a balance is held against: sales of the days before it, what was open before them, what
--        fell due in them and came in. Each part enters on one day and leaves a window later, so that
--        all days looked at cost what one costs
with part as (
  select
    sales.owner_id,
    sales.customer_id,
    sales.segment,
    sales.partner_id,
    sales.currency,
    sales.invoice_date as from_date,
    cast(sales.invoice_date + parameter.dso_days * interval 1 day as date) as before_date,
    sales.sales_base,
    cast(0 as decimal(18, 4)) as opening_base,
    cast(0 as decimal(18, 4)) as due_base,
    cast(0 as decimal(18, 4)) as collected_base
  from receivables.sales_day as sales
  cross join core.parameter as parameter
  union all
  -- what was open a window before: the same spans, that much later
  select
    coalesce(span.owner_id, '(none)') as owner_id,
    span.customer_id,
    span.segment,
    coalesce(customer.partner_id, '(none)') as partner_id,
    span.currency,
    cast(span.valid_from + parameter.dso_days * interval 1 day as date) as from_date,
    case
      when span.valid_before > parameter.as_of_date then date '9999-12-31'
      else cast(span.valid_before + parameter.dso_days * interval 1 day as date)
    end as before_date,
    cast(0 as decimal(18, 4)) as sales_base,
    span.open_amount_base as opening_base,
    cast(0 as decimal(18, 4)) as due_base,
    cast(0 as decimal(18, 4)) as collected_base
  from receivables.open_item_span as span
  cross join core.parameter as parameter
  left join core.dim_customer as customer on span.customer_id = customer.customer_id
  union all
  select
    coalesce(span.owner_id, '(none)') as owner_id,
    span.customer_id,
    span.segment,
    coalesce(customer.partner_id, '(none)') as partner_id,
    span.currency,
    span.valid_from as from_date,
    least(span.valid_before, cast(span.due_date + parameter.dso_days * interval 1 day as date))
      as before_date,
    cast(0 as decimal(18, 4)) as sales_base,
    cast(0 as decimal(18, 4)) as opening_base,
    span.due_amount_base as due_base,
    span.collected_amount_base as collected_base
  from receivables.due_span as span
  cross join core.parameter as parameter
  left join core.dim_customer as customer on span.customer_id = customer.customer_id
  where span.valid_from < cast(span.due_date + parameter.dso_days * interval 1 day as date)
),

movement as (
  select
    owner_id,
    customer_id,
    segment,
    partner_id,
    currency,
    from_date as moved_date,
    sales_base,
    opening_base,
    due_base,
    collected_base
  from part
  union all
  select
    owner_id,
    customer_id,
    segment,
    partner_id,
    currency,
    before_date as moved_date,
    -sales_base as sales_base,
    -opening_base as opening_base,
    -due_base as due_base,
    -collected_base as collected_base
  from part
),

-- what moved before the first day looked at is there on it; a column of its own, since an expression
-- over two tables would join every movement with every day
dated as (
  select
    movement.*,
    greatest(movement.moved_date, (select min(calendar_date) from receivables.balance_calendar)) as seen_date
  from movement
),

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
    sum(movement.sales_base) as sales_base,
    sum(movement.opening_base) as opening_base,
    sum(movement.due_base) as due_base,
    sum(movement.collected_base) as collected_base
  from dated as movement
  inner join receivables.balance_calendar as calendar on movement.seen_date = calendar.calendar_date
  group by
    grouping sets (
      (calendar.as_of_date, movement.owner_id),
      (calendar.as_of_date, movement.segment),
      (calendar.as_of_date, movement.partner_id),
      (calendar.as_of_date, movement.currency),
      (calendar.customer_as_of_date, movement.customer_id)
    )
),

running as (
  select
    axis,
    member_id,
    as_of_date as from_date,
    coalesce(
      lead(as_of_date) over (partition by axis, member_id order by as_of_date), date '9999-12-31'
    ) as before_date,
    sum(sales_base) over so_far as sales_base,
    sum(opening_base) over so_far as opening_base,
    sum(due_base) over so_far as due_base,
    sum(collected_base) over so_far as collected_base
  from seen
  window so_far as (
    partition by axis, member_id order by as_of_date
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

flow as (
  select
    as_of.as_of_date,
    running.axis,
    running.member_id,
    running.sales_base,
    running.opening_base,
    running.due_base,
    running.collected_base
  from running
  inner join as_of
    on running.from_date <= as_of.as_of_date and running.before_date > as_of.as_of_date
  where
    (
      running.sales_base <> 0
      or running.opening_base <> 0
      or running.due_base <> 0
      or running.collected_base <> 0
    )
    and (running.axis <> 'customer' or as_of.is_customer_day = 1)
),

placed as (
  select
    flow.as_of_date,
    flow.member_id as owner_id,
    coalesce(org.team_id, '(none)') as team_id,
    coalesce(org.region_id, '(none)') as region_id,
    parameter.company_id,
    flow.sales_base,
    flow.opening_base,
    flow.due_base,
    flow.collected_base
  from flow
  cross join core.parameter as parameter
  left join core.org_day as org
    on flow.member_id = org.employee_id and flow.as_of_date = org.calendar_date
  where flow.axis = 'owner'
)

select
  as_of_date,
  case
    when grouping(owner_id) = 0 then 'employee'
    when grouping(team_id) = 0 then 'team'
    when grouping(region_id) = 0 then 'region'
    else 'company'
  end as scope_kind,
  coalesce(owner_id, team_id, region_id, company_id) as scope_id,
  cast(sum(sales_base) as decimal(18, 4)) as credit_sales,
  cast(sum(opening_base) as decimal(18, 4)) as opening,
  cast(sum(due_base) as decimal(18, 4)) as due_amount_base,
  cast(sum(collected_base) as decimal(18, 4)) as collected_amount_base
from placed
group by
  grouping sets (
    (as_of_date, owner_id), (as_of_date, team_id), (as_of_date, region_id), (as_of_date, company_id)
  )
union all
select
  as_of_date,
  axis as scope_kind,
  member_id as scope_id,
  cast(sales_base as decimal(18, 4)) as credit_sales,
  cast(opening_base as decimal(18, 4)) as opening,
  cast(due_base as decimal(18, 4)) as due_amount_base,
  cast(collected_base as decimal(18, 4)) as collected_amount_base
from flow
where axis <> 'owner' and not (axis = 'partner' and member_id = '(none)')
