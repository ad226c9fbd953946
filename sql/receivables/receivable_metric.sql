-- table: mart.receivable_metric
-- grain: one row per day looked at and scope
-- key:   as_of_date, scope_kind, scope_id
-- why:   outstanding, overdue, days sales outstanding and provision beside the general ledger; a
--        difference to the ledger is shown, never absorbed
with ledger as (
  select
    period_end,
    sum(balance) as balance
  from staging.gl_balance
  where account = 'receivable'
  group by period_end
),

scope_balance as (
  select
    ageing.as_of_date,
    ageing.scope_kind,
    ageing.scope_id,
    sum(ageing.open_amount_base) as outstanding,
    sum(case when bucket.from_day is not null then ageing.open_amount_base else 0 end) as overdue,
    sum(cast(ageing.open_amount_base as decimal(26, 4)) * bucket.loss_rate) as ecl_provision
  from mart.receivable_ageing as ageing
  inner join policy.bucket as bucket on ageing.bucket = bucket.bucket_id
  group by ageing.as_of_date, ageing.scope_kind, ageing.scope_id
),

-- the ledger may hold a balance on a day on which nothing is open
balance as (
  select
    as_of_date,
    scope_kind,
    scope_id,
    outstanding,
    overdue,
    ecl_provision
  from scope_balance
  union all
  select
    ledger.period_end as as_of_date,
    'company' as scope_kind,
    parameter.company_id as scope_id,
    0 as outstanding,
    0 as overdue,
    0 as ecl_provision
  from ledger
  cross join core.parameter as parameter
  where
    exists (
      select 1 from core.period_variant as variant
      where variant.to_date = ledger.period_end
    )
    and not exists (
      select 1 from scope_balance
      where scope_balance.as_of_date = ledger.period_end and scope_balance.scope_kind = 'company'
    )
),

sales as (
  select
    sales.as_of_date,
    sales.scope_kind,
    sales.scope_id,
    sales.credit_sales
  from core.credit_sales as sales
)

select
  balance.as_of_date,
  balance.scope_kind,
  balance.scope_id,
  cast(balance.outstanding as decimal(18, 4)) as outstanding,
  cast(balance.overdue as decimal(18, 4)) as overdue,
  cast(round(balance.ecl_provision, 2) as decimal(18, 4)) as ecl_provision,
  cast(sales.credit_sales as decimal(18, 4)) as credit_sales,
  parameter.dso_days,
  cast(
    cast(balance.outstanding * parameter.dso_days as double) / nullif(cast(sales.credit_sales as double), 0)
    as decimal(18, 4)
  ) as dso,
  cast(
    cast((balance.outstanding - balance.overdue) * parameter.dso_days as double)
    / nullif(cast(sales.credit_sales as double), 0)
    as decimal(18, 4)
  ) as bpdso,
  cast(
    cast(balance.overdue * parameter.dso_days as double) / nullif(cast(sales.credit_sales as double), 0)
    as decimal(18, 4)
  ) as add,
  countback.dso_countback,
  case when balance.scope_kind = 'company' then ledger.balance end as gl_balance,
  case
    when balance.scope_kind = 'company'
      then cast(balance.outstanding - ledger.balance as decimal(18, 4))
  end as gl_difference
from balance
cross join core.parameter as parameter
left join sales
  on
    balance.as_of_date = sales.as_of_date
    and balance.scope_kind = sales.scope_kind
    and balance.scope_id = sales.scope_id
left join core.dso_countback as countback
  on
    balance.as_of_date = countback.as_of_date
    and balance.scope_kind = countback.scope_kind
    and balance.scope_id = countback.scope_id
left join ledger on balance.as_of_date = ledger.period_end
