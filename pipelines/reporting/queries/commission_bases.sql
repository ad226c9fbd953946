-- from the ERP's receipts to the commission credit, by month, newest first
select
  base.period,
  base.collected,
  base.without_plan,
  base.allocations_without_plan,
  base.vat,
  base.shares_without_plan,
  base.credit,
  coalesce(statement.credit, 0) as statement_credit
from mart.commission_base as base
left join (
  select
    period,
    sum(credit) as credit
  from mart.commission_statement
  group by period
) as statement on base.period = statement.period
where base.period > strftime(cast($month_start as date) - interval 6 month, '%Y-%m')
order by base.period desc
