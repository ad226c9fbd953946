-- table: receivables.credit_use_day
-- grain: one row per day looked at and unit, segment or partner whose customers have credit limits, and
--        per customer that uses its own
-- key:   as_of_date, scope_kind, scope_id
-- why:   how much of the credit given is used, and by how many customers exceeded; a customer is its
--        owner's, in the unit the owner was in that day. What is used is summed from movements once:
--        104 week-ends cost what one costs
with first_day as (
  select min(calendar_date) as calendar_date from receivables.balance_calendar
),

customer as (
  select
    customer_id,
    coalesce(owner_id, '(none)') as owner_id,
    coalesce(segment, '(none)') as segment,
    coalesce(partner_id, '(none)') as partner_id,
    credit_limit
  from core.dim_customer
  where credit_limit is not null
),

span as (
  select
    customer.customer_id,
    customer.owner_id,
    customer.segment,
    customer.partner_id,
    greatest(exposure.valid_from, first_day.calendar_date) as valid_from,
    greatest(exposure.valid_before, first_day.calendar_date) as valid_before,
    exposure.exposure_base,
    case when exposure.exposure_base > customer.credit_limit then 1 else 0 end as breaches
  from receivables.credit_exposure_span as exposure
  inner join customer on exposure.customer_id = customer.customer_id
  cross join first_day
  where exposure.exposure_base > 0
),

movement as (
  select
    customer_id,
    owner_id,
    segment,
    partner_id,
    valid_from as moved_date,
    exposure_base,
    breaches
  from span
  union all
  select
    customer_id,
    owner_id,
    segment,
    partner_id,
    valid_before as moved_date,
    -exposure_base as exposure_base,
    -breaches as breaches
  from span
),

seen as (
  select
    case
      when grouping(movement.owner_id) = 0 then 'owner'
      when grouping(movement.segment) = 0 then 'segment'
      when grouping(movement.partner_id) = 0 then 'partner'
      else 'customer'
    end as axis,
    coalesce(movement.owner_id, movement.segment, movement.partner_id, movement.customer_id) as member_id,
    coalesce(calendar.as_of_date, calendar.customer_as_of_date) as as_of_date,
    sum(movement.exposure_base) as exposure_base,
    sum(movement.breaches) as breaches
  from movement
  inner join receivables.balance_calendar as calendar on movement.moved_date = calendar.calendar_date
  group by
    grouping sets (
      (calendar.as_of_date, movement.owner_id),
      (calendar.as_of_date, movement.segment),
      (calendar.as_of_date, movement.partner_id),
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
    sum(exposure_base) over so_far as exposure_base,
    sum(breaches) over so_far as breaches
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

used as (
  select
    as_of.as_of_date,
    running.axis,
    running.member_id,
    running.exposure_base,
    running.breaches
  from running
  inner join as_of
    on running.from_date <= as_of.as_of_date and running.before_date > as_of.as_of_date
  where running.exposure_base <> 0 and (running.axis <> 'customer' or as_of.is_customer_day = 1)
),

member as (
  select
    case
      when grouping(owner_id) = 0 then 'owner'
      when grouping(segment) = 0 then 'segment'
      else 'partner'
    end as axis,
    coalesce(owner_id, segment, partner_id) as member_id,
    sum(credit_limit) as credit_limit
  from customer
  group by grouping sets ((owner_id), (segment), (partner_id))
),

day as (
  select
    as_of.as_of_date,
    member.axis,
    member.member_id,
    member.credit_limit,
    coalesce(used.exposure_base, 0) as exposure_base,
    coalesce(used.breaches, 0) as breaches
  from member
  cross join as_of
  left join used
    on
      as_of.as_of_date = used.as_of_date
      and member.axis = used.axis
      and member.member_id = used.member_id
),

placed as (
  select
    day.as_of_date,
    day.member_id as owner_id,
    coalesce(org.team_id, '(none)') as team_id,
    coalesce(org.region_id, '(none)') as region_id,
    parameter.company_id,
    day.credit_limit,
    day.exposure_base,
    day.breaches
  from day
  cross join core.parameter as parameter
  left join core.org_day as org
    on day.member_id = org.employee_id and day.as_of_date = org.calendar_date
  where day.axis = 'owner'
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
  cast(sum(credit_limit) as decimal(18, 4)) as credit_limit,
  cast(sum(exposure_base) as decimal(18, 4)) as credit_exposure,
  cast(sum(breaches) as bigint) as credit_breaches
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
  cast(credit_limit as decimal(18, 4)) as credit_limit,
  cast(exposure_base as decimal(18, 4)) as credit_exposure,
  cast(breaches as bigint) as credit_breaches
from day
where axis <> 'owner' and not (axis = 'partner' and member_id = '(none)')
union all
select
  used.as_of_date,
  'customer' as scope_kind,
  customer.customer_id as scope_id,
  cast(customer.credit_limit as decimal(18, 4)) as credit_limit,
  cast(used.exposure_base as decimal(18, 4)) as credit_exposure,
  cast(used.breaches as bigint) as credit_breaches
from used
inner join customer on used.member_id = customer.customer_id
where used.axis = 'customer'
