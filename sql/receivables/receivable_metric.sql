-- table: mart.receivable_metric
-- grain: one row per day looked at and scope
-- key:   as_of_date, scope_kind, scope_id
-- why:   outstanding, overdue, days sales outstanding, collection and provision beside the general
--        ledger; a difference to the ledger is shown, never absorbed. Ratios are whole numbers of
--        their last digit, rounded half up once
with ledger as (
  select
    gl.period_end,
    cast(sum(
      case
        when coalesce(gl.currency, parameter.base_currency) = parameter.base_currency then gl.balance
        else round(cast(gl.balance as decimal(24, 4)) * cast(fx.rate_to_base as decimal(14, 8)), 2)
      end
    ) as decimal(18, 4)) as balance
  from staging.gl_balance as gl
  cross join core.parameter as parameter
  left join core.fx_day as fx on gl.currency = fx.currency and gl.period_end = fx.calendar_date
  where gl.account = 'receivable'
  group by gl.period_end
),

-- a column of its own: a join on a constant would hold every balance against every customer
customer as (
  select
    'customer' as scope_kind,
    customer_id as scope_id,
    credit_limit,
    0 as unused
  from core.dim_customer
  where credit_limit is not null
),

bucket_balance as (
  select
    ageing.as_of_date,
    ageing.scope_kind,
    ageing.scope_id,
    ageing.open_amount_base,
    ageing.overdue_amount_base,
    ageing.disputed_amount_base,
    ageing.revaluation_base,
    ageing.overdue_revaluation_base,
    ageing.watch_items,
    ageing.doubtful_items,
    ageing.bad_debt_items,
    cast(ageing.open_amount_base as decimal(20, 4)) * matrix.loss_rate as ecl_provision
  from mart.receivable_ageing as ageing
  inner join mart.receivable_loss_rate as matrix
    on ageing.as_of_date = matrix.as_of_date and ageing.bucket = matrix.bucket
  union all
  -- the ledger may hold a balance, and a credit limit be used by orders, where nothing is open
  select
    bare.as_of_date,
    bare.scope_kind,
    bare.scope_id,
    0 as open_amount_base,
    0 as overdue_amount_base,
    0 as disputed_amount_base,
    0 as revaluation_base,
    0 as overdue_revaluation_base,
    0 as watch_items,
    0 as doubtful_items,
    0 as bad_debt_items,
    0 as ecl_provision
  from (
    select
      ledger.period_end as as_of_date,
      'company' as scope_kind,
      parameter.company_id as scope_id
    from ledger
    cross join core.parameter as parameter
    where
      exists (
        select 1 from core.period_variant as variant
        where variant.to_date = ledger.period_end
      )
    union all
    select
      as_of_date,
      scope_kind,
      scope_id
    from core.credit_use_day
    where credit_exposure > 0
  ) as bare
),

balance as (
  select
    as_of_date,
    scope_kind,
    scope_id,
    sum(open_amount_base) as outstanding,
    sum(overdue_amount_base) as overdue,
    sum(disputed_amount_base) as disputed,
    sum(revaluation_base) as revaluation,
    sum(overdue_revaluation_base) as overdue_revaluation,
    sum(watch_items) as watch_items,
    sum(doubtful_items) as doubtful_items,
    sum(bad_debt_items) as bad_debt_items,
    sum(ecl_provision) as ecl_provision
  from bucket_balance
  group by as_of_date, scope_kind, scope_id
),

joined as (
  select
    balance.as_of_date,
    balance.scope_kind,
    balance.scope_id,
    cast(balance.outstanding as decimal(18, 4)) as outstanding,
    cast(balance.overdue as decimal(18, 4)) as overdue,
    cast(balance.outstanding - balance.overdue as decimal(18, 4)) as not_overdue,
    cast(balance.disputed as decimal(18, 4)) as disputed,
    cast(balance.revaluation as decimal(18, 4)) as revaluation,
    balance.watch_items,
    balance.doubtful_items,
    balance.bad_debt_items,
    cast(round(balance.ecl_provision, 2) as decimal(18, 4)) as ecl_provision,
    flow.credit_sales,
    parameter.dso_days,
    coalesce(flow.opening, 0) as opening,
    flow.due_amount_base,
    flow.collected_amount_base,
    countback.dso_countback,
    -- a customer that uses nothing of its limit has one still
    coalesce(credit.credit_limit, customer.credit_limit) as credit_limit,
    coalesce(credit.credit_exposure, customer.unused) as credit_exposure,
    coalesce(credit.credit_breaches, customer.unused) as credit_breaches,
    case when balance.scope_kind = 'company' then ledger.balance end as gl_balance,
    -- what could be collected and what was: at the rates of the documents, a rate is no payment
    cast(
      coalesce(flow.opening, 0) + coalesce(flow.credit_sales, 0)
      - (balance.outstanding - balance.revaluation) as decimal(18, 4)
    ) as collected_or_credited,
    cast(
      coalesce(flow.opening, 0) + coalesce(flow.credit_sales, 0)
      - (balance.outstanding - balance.revaluation)
      + (balance.overdue - balance.overdue_revaluation) as decimal(18, 4)
    ) as collectable
  from balance
  cross join core.parameter as parameter
  left join core.receivable_flow as flow
    on
      balance.as_of_date = flow.as_of_date
      and balance.scope_kind = flow.scope_kind
      and balance.scope_id = flow.scope_id
  left join core.dso_countback as countback
    on
      balance.as_of_date = countback.as_of_date
      and balance.scope_kind = countback.scope_kind
      and balance.scope_id = countback.scope_id
  left join core.credit_use_day as credit
    on
      balance.as_of_date = credit.as_of_date
      and balance.scope_kind = credit.scope_kind
      and balance.scope_id = credit.scope_id
  left join customer
    on balance.scope_kind = customer.scope_kind and balance.scope_id = customer.scope_id
  left join ledger on balance.as_of_date = ledger.period_end
),

-- ten-thousandths of the amounts: a quotient of whole numbers is exact. Taken apart, since making a
-- decimal of more than 18 digits whole takes microseconds
whole as (
  select
    *,
    cast(floor(outstanding) as bigint) * 10000
    + cast((outstanding - floor(outstanding)) * 10000 as bigint) as outstanding_units,
    cast(floor(not_overdue) as bigint) * 10000
    + cast((not_overdue - floor(not_overdue)) * 10000 as bigint) as not_overdue_units,
    cast(floor(overdue) as bigint) * 10000
    + cast((overdue - floor(overdue)) * 10000 as bigint) as overdue_units,
    cast(floor(credit_sales) as bigint) * 10000
    + cast((credit_sales - floor(credit_sales)) * 10000 as bigint) as sales_units,
    cast(floor(collected_or_credited) as bigint) * 10000
    + cast((collected_or_credited - floor(collected_or_credited)) * 10000 as bigint) as cei_units,
    cast(floor(collectable) as bigint) * 10000
    + cast((collectable - floor(collectable)) * 10000 as bigint) as collectable_units,
    cast(floor(collected_amount_base) as bigint) * 10000
    + cast((collected_amount_base - floor(collected_amount_base)) * 10000 as bigint) as collected_units,
    cast(floor(due_amount_base) as bigint) * 10000
    + cast((due_amount_base - floor(due_amount_base)) * 10000 as bigint) as due_units,
    cast(floor(credit_exposure) as bigint) * 10000
    + cast((credit_exposure - floor(credit_exposure)) * 10000 as bigint) as exposure_units,
    cast(floor(credit_limit) as bigint) * 10000
    + cast((credit_limit - floor(credit_limit)) * 10000 as bigint) as limit_units
  from joined
),

-- what fits into 64 bits is divided there: dividing larger whole numbers takes ten times as long. In
-- proportion to next to nothing a figure has more digits than anybody reads: it has no value
ratio as (
  select
    *,
    try_cast(
      case
        when sales_units > 0 and abs(outstanding_units) < 400000000000000 // dso_days
          then
            sign(outstanding_units)
            * ((2 * dso_days * abs(outstanding_units) * 10000 + sales_units) // (2 * nullif(sales_units, 0)))
        when sales_units > 0
          then
            sign(outstanding_units)
            * (
              (2 * dso_days * abs(cast(outstanding_units as hugeint)) * 10000 + sales_units)
              // (2 * cast(nullif(sales_units, 0) as hugeint))
            )
      end as decimal(18, 0)
    ) * cast(0.0001 as decimal(4, 4)) as dso,
    try_cast(
      case
        when sales_units > 0 and abs(not_overdue_units) < 400000000000000 // dso_days
          then
            sign(not_overdue_units)
            * ((2 * dso_days * abs(not_overdue_units) * 10000 + sales_units) // (2 * nullif(sales_units, 0)))
        when sales_units > 0
          then
            sign(not_overdue_units)
            * (
              (2 * dso_days * abs(cast(not_overdue_units as hugeint)) * 10000 + sales_units)
              // (2 * cast(nullif(sales_units, 0) as hugeint))
            )
      end as decimal(18, 0)
    ) * cast(0.0001 as decimal(4, 4)) as bpdso,
    try_cast(
      case
        when collectable_units > 0 and abs(cei_units) < 4000000000000
          then
            sign(cei_units)
            * ((2 * abs(cei_units) * 1000000 + collectable_units) // (2 * nullif(collectable_units, 0)))
        when collectable_units > 0
          then
            sign(cei_units)
            * (
              (2 * abs(cast(cei_units as hugeint)) * 1000000 + collectable_units)
              // (2 * cast(nullif(collectable_units, 0) as hugeint))
            )
      end as decimal(18, 0)
    ) * cast(0.000001 as decimal(6, 6)) as cei,
    try_cast(
      case
        when due_units > 0 and abs(collected_units) < 4000000000000
          then
            sign(collected_units)
            * ((2 * abs(collected_units) * 1000000 + due_units) // (2 * nullif(due_units, 0)))
        when due_units > 0
          then
            sign(collected_units)
            * (
              (2 * abs(cast(collected_units as hugeint)) * 1000000 + due_units)
              // (2 * cast(nullif(due_units, 0) as hugeint))
            )
      end as decimal(18, 0)
    ) * cast(0.000001 as decimal(6, 6)) as collection_rate,
    try_cast(
      case
        when outstanding_units > 0 and abs(overdue_units) < 4000000000000
          then
            sign(overdue_units)
            * ((2 * abs(overdue_units) * 1000000 + outstanding_units) // (2 * nullif(outstanding_units, 0)))
        when outstanding_units > 0
          then
            sign(overdue_units)
            * (
              (2 * abs(cast(overdue_units as hugeint)) * 1000000 + outstanding_units)
              // (2 * cast(nullif(outstanding_units, 0) as hugeint))
            )
      end as decimal(18, 0)
    ) * cast(0.000001 as decimal(6, 6)) as overdue_rate,
    try_cast(
      case
        when limit_units > 0 and abs(exposure_units) < 4000000000000
          then
            sign(exposure_units)
            * ((2 * abs(exposure_units) * 1000000 + limit_units) // (2 * nullif(limit_units, 0)))
        when limit_units > 0
          then
            sign(exposure_units)
            * (
              (2 * abs(cast(exposure_units as hugeint)) * 1000000 + limit_units)
              // (2 * cast(nullif(limit_units, 0) as hugeint))
            )
      end as decimal(18, 0)
    ) * cast(0.000001 as decimal(6, 6)) as credit_limit_use
  from whole
)

select
  as_of_date,
  scope_kind,
  scope_id,
  outstanding,
  overdue,
  ecl_provision,
  credit_sales,
  dso_days,
  cast(dso as decimal(18, 4)) as dso,
  cast(bpdso as decimal(18, 4)) as bpdso,
  cast(dso - bpdso as decimal(18, 4)) as add,
  dso_countback,
  gl_balance,
  cast(outstanding - gl_balance as decimal(18, 4)) as gl_difference,
  disputed,
  revaluation,
  cast(watch_items as bigint) as watch_items,
  cast(doubtful_items as bigint) as doubtful_items,
  cast(bad_debt_items as bigint) as bad_debt_items,
  cast(opening as decimal(18, 4)) as opening,
  cast(cei as decimal(18, 6)) as cei,
  due_amount_base,
  collected_amount_base,
  cast(collection_rate as decimal(18, 6)) as collection_rate,
  cast(overdue_rate as decimal(18, 6)) as overdue_rate,
  credit_limit,
  credit_exposure,
  cast(credit_limit_use as decimal(18, 6)) as credit_limit_use,
  credit_breaches
from ratio
