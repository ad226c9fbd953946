-- table: core.credit_sales
-- grain: one row per day looked at and scope
-- key:   as_of_date, scope_kind, scope_id
-- why:   DSO divides by the gross sales on credit of the days before, net of credit notes
with as_of as (
  select distinct
    variant.to_date as as_of_date,
    parameter.dso_days
  from core.period_variant as variant
  cross join core.parameter as parameter
),

day_sales as (
  select
    coalesce(invoice.owner_id, '(none)') as owner_id,
    invoice.invoice_date,
    sum(invoice.gross_amount_base) as amount
  from core.fct_invoice as invoice
  group by coalesce(invoice.owner_id, '(none)'), invoice.invoice_date
),

owner_sales as (
  select
    as_of.as_of_date,
    day_sales.owner_id,
    sum(day_sales.amount) as amount
  from as_of
  inner join day_sales
    on
      as_of.as_of_date >= day_sales.invoice_date
      and day_sales.invoice_date > cast(as_of.as_of_date - as_of.dso_days * interval 1 day as date)
  group by as_of.as_of_date, day_sales.owner_id
),

placed as (
  select
    owner_sales.as_of_date,
    owner_sales.owner_id,
    owner_sales.amount,
    coalesce(org.team_id, '(none)') as team_id,
    coalesce(org.region_id, '(none)') as region_id,
    parameter.company_id
  from owner_sales
  cross join core.parameter as parameter
  left join core.org_day as org
    on owner_sales.owner_id = org.employee_id and owner_sales.as_of_date = org.calendar_date
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
  sum(amount) as credit_sales
from placed
group by
  grouping sets (
    (as_of_date, owner_id), (as_of_date, team_id), (as_of_date, region_id), (as_of_date, company_id)
  )
union all
select
  as_of_date,
  case when grouping(customer_id) = 0 then 'customer' else 'segment' end as scope_kind,
  coalesce(customer_id, segment) as scope_id,
  sum(gross_amount_base) as credit_sales
from (
  select
    parameter.as_of_date,
    invoice.customer_id,
    invoice.segment,
    invoice.gross_amount_base
  from core.fct_invoice as invoice
  cross join core.parameter as parameter
  where invoice.invoice_date > cast(parameter.as_of_date - parameter.dso_days * interval 1 day as date)
) as recent
group by
  grouping sets ((as_of_date, customer_id), (as_of_date, segment))
