-- table: core.fct_expense
-- grain: one row per expense, and per day of a unit's budget, up to the day of the report
-- key:   kind, document_id, expense_date
-- why:   expense and budget side by side; an expense counts for the unit its employee was in, or for
--        the unit it names; a budget is spread over the days of its period in cents that add up to it
with expense as (
  select
    expense.expense_id,
    expense.employee_id,
    expense.unit_id,
    expense.category,
    expense.expense_date,
    case
      when coalesce(expense.currency, parameter.base_currency) = parameter.base_currency
        then expense.amount
      else
        cast(round(
          cast(expense.amount as decimal(24, 4)) * cast(fx.rate_to_base as decimal(14, 8)), 2
        ) as decimal(18, 4))
    end as amount_base,
    expense._load,
    expense._line
  from staging.expense as expense
  cross join core.parameter as parameter
  left join core.fx_day as fx
    on expense.currency = fx.currency and expense.expense_date = fx.calendar_date
  where expense.expense_date <= parameter.as_of_date
),

-- of a unit and a unit below it, the lower one's budget is part of the higher one's
lowest as (
  select
    budget.unit_id,
    budget.period_start,
    budget.period_end,
    cast(round(budget.amount * 100, 0) as bigint) as cents,
    date_diff('day', budget.period_start, budget.period_end) + 1 as days,
    budget._load,
    budget._line
  from staging.expense_budget as budget
  where
    not exists (
      select 1
      from staging.expense_budget as other
      inner join core.dim_unit as unit on other.unit_id = unit.unit_id
      where unit.parent_unit_id = budget.unit_id
    )
),

budget_day as (
  select
    lowest.unit_id,
    calendar.calendar_date,
    cast(
      (
        (lowest.cents * (date_diff('day', lowest.period_start, calendar.calendar_date) + 1)) // lowest.days
        - (lowest.cents * date_diff('day', lowest.period_start, calendar.calendar_date)) // lowest.days
      ) * cast(0.01 as decimal(3, 2)) as decimal(18, 4)
    ) as amount,
    lowest._load,
    lowest._line
  from lowest
  inner join core.calendar as calendar
    on calendar.calendar_date between lowest.period_start and lowest.period_end
  cross join core.parameter as parameter
  where calendar.calendar_date <= parameter.as_of_date
)

select
  'expense' as kind,
  expense.expense_id as document_id,
  expense.employee_id,
  coalesce(unit.team_id, org.team_id) as team_id,
  coalesce(unit.region_id, org.region_id) as region_id,
  coalesce(expense.category, '(none)') as category,
  expense.expense_date,
  expense.amount_base,
  cast(0 as decimal(18, 4)) as budget_base,
  expense._load,
  expense._line
from expense
left join core.dim_unit as unit on expense.unit_id = unit.unit_id
left join core.org_day as org
  on expense.employee_id = org.employee_id and expense.expense_date = org.calendar_date
union all
select
  'budget' as kind,
  budget_day.unit_id as document_id,
  cast(null as varchar) as employee_id,
  unit.team_id,
  unit.region_id,
  '(none)' as category,
  budget_day.calendar_date as expense_date,
  cast(0 as decimal(18, 4)) as amount_base,
  budget_day.amount as budget_base,
  budget_day._load,
  budget_day._line
from budget_day
left join core.dim_unit as unit on budget_day.unit_id = unit.unit_id
