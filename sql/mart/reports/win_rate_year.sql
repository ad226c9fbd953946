-- table: mart.win_rate_year
-- grain: one row per employee who closed deals in the last twelve months, and one for the company
-- key:   scope_kind, scope_id
-- why:   a quarter holds too few deals of one person to compare people; a year holds enough
with closed as (
  select
    coalesce(opportunity.owner_id, '(none)') as employee_id,
    parameter.company_id,
    opportunity.is_won
  from core.fct_opportunity as opportunity
  cross join core.parameter as parameter
  where
    opportunity.is_decided
    and opportunity.closed_date > parameter.as_of_date - interval 12 month
    and opportunity.closed_date <= parameter.as_of_date
)

select
  case when grouping(employee_id) = 0 then 'employee' else 'company' end as scope_kind,
  coalesce(employee_id, company_id) as scope_id,
  cast(sum(case when is_won then 1 else 0 end) as bigint) as won,
  count(*) as decided
from closed
group by grouping sets ((employee_id), (company_id))
