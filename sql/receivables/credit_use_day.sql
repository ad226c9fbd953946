-- table: core.credit_use_day
-- grain: one row per month end and scope whose customers have credit limits
-- key:   as_of_date, scope_kind, scope_id
-- why:   how much of the credit given is used, and by how many customers exceeded; a customer is its
--        owner's, in the unit the owner was in that day
with as_of as (
  select distinct month_as_of_date as as_of_date from core.receivable_calendar
),

customer as (
  select
    as_of.as_of_date,
    customer.customer_id,
    coalesce(customer.owner_id, '(none)') as owner_id,
    coalesce(customer.segment, '(none)') as segment,
    coalesce(customer.partner_id, '(none)') as partner_id,
    customer.credit_limit,
    greatest(coalesce(exposure.exposure_base, 0), 0) as exposure_base
  from core.dim_customer as customer
  cross join as_of
  left join core.credit_exposure_span as exposure
    on
      customer.customer_id = exposure.customer_id
      and as_of.as_of_date >= exposure.valid_from
      and as_of.as_of_date < exposure.valid_before
  where customer.credit_limit is not null
),

placed as (
  select
    customer.as_of_date,
    customer.customer_id,
    customer.owner_id,
    customer.segment,
    customer.partner_id,
    coalesce(org.team_id, '(none)') as team_id,
    coalesce(org.region_id, '(none)') as region_id,
    parameter.company_id,
    customer.credit_limit,
    customer.exposure_base,
    case when customer.exposure_base > customer.credit_limit then 1 else 0 end as is_breach
  from customer
  cross join core.parameter as parameter
  left join core.org_day as org
    on customer.owner_id = org.employee_id and customer.as_of_date = org.calendar_date
)

select
  as_of_date,
  case
    when grouping(owner_id) = 0 then 'employee'
    when grouping(team_id) = 0 then 'team'
    when grouping(region_id) = 0 then 'region'
    when grouping(company_id) = 0 then 'company'
    when grouping(customer_id) = 0 then 'customer'
    when grouping(segment) = 0 then 'segment'
    else 'partner'
  end as scope_kind,
  coalesce(owner_id, team_id, region_id, company_id, customer_id, segment, partner_id) as scope_id,
  cast(sum(credit_limit) as decimal(18, 4)) as credit_limit,
  cast(sum(exposure_base) as decimal(18, 4)) as credit_exposure,
  cast(sum(is_breach) as bigint) as credit_breaches
from placed
group by
  grouping sets (
    (as_of_date, owner_id),
    (as_of_date, team_id),
    (as_of_date, region_id),
    (as_of_date, company_id),
    (as_of_date, customer_id),
    (as_of_date, segment),
    (as_of_date, partner_id)
  )
