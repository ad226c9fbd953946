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

scope_balance as (
  select
    ageing.as_of_date,
    ageing.scope_kind,
    ageing.scope_id,
    sum(ageing.open_amount_base) as outstanding,
    sum(ageing.overdue_amount_base) as overdue,
    sum(ageing.disputed_amount_base) as disputed,
    sum(ageing.revaluation_base) as revaluation,
    sum(ageing.overdue_revaluation_base) as overdue_revaluation,
    sum(ageing.watch_items) as watch_items,
    sum(ageing.doubtful_items) as doubtful_items,
    sum(ageing.bad_debt_items) as bad_debt_items,
    sum(cast(ageing.open_amount_base as decimal(20, 4)) * matrix.loss_rate) as ecl_provision
  from mart.receivable_ageing as ageing
  inner join mart.receivable_loss_rate as matrix
    on ageing.as_of_date = matrix.as_of_date and ageing.bucket = matrix.bucket
  group by ageing.as_of_date, ageing.scope_kind, ageing.scope_id
),

-- the ledger may hold a balance, and a credit limit be used by orders, where nothing is open
bare as (
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
  union
  select
    as_of_date,
    scope_kind,
    scope_id
  from core.credit_use_day
  where credit_exposure > 0 and not (scope_kind = 'partner' and scope_id = '(none)')
),

balance as (
  select
    as_of_date,
    scope_kind,
    scope_id,
    outstanding,
    overdue,
    disputed,
    revaluation,
    overdue_revaluation,
    watch_items,
    doubtful_items,
    bad_debt_items,
    ecl_provision
  from scope_balance
  union all
  select
    bare.as_of_date,
    bare.scope_kind,
    bare.scope_id,
    0 as outstanding,
    0 as overdue,
    0 as disputed,
    0 as revaluation,
    0 as overdue_revaluation,
    0 as watch_items,
    0 as doubtful_items,
    0 as bad_debt_items,
    0 as ecl_provision
  from bare
  where
    not exists (
      select 1 from scope_balance
      where
        scope_balance.as_of_date = bare.as_of_date
        and scope_balance.scope_kind = bare.scope_kind
        and scope_balance.scope_id = bare.scope_id
    )
),

joined as (
  select
    balance.as_of_date,
    balance.scope_kind,
    balance.scope_id,
    cast(balance.outstanding as decimal(18, 4)) as outstanding,
    cast(balance.overdue as decimal(18, 4)) as overdue,
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
    credit.credit_limit,
    credit.credit_exposure,
    credit.credit_breaches,
    case when balance.scope_kind = 'company' then ledger.balance end as gl_balance,
    -- what could be collected and what was: at the rates of the documents, a rate is no payment
    coalesce(flow.opening, 0) + coalesce(flow.credit_sales, 0)
    - (balance.outstanding - balance.revaluation) as collected_or_credited,
    coalesce(flow.opening, 0) + coalesce(flow.credit_sales, 0)
    - (balance.outstanding - balance.revaluation)
    + (balance.overdue - balance.overdue_revaluation) as collectable
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
  left join ledger on balance.as_of_date = ledger.period_end
),

-- ten-thousandths of the amounts: a quotient of whole numbers is exact
whole as (
  select
    as_of_date,
    scope_kind,
    scope_id,
    dso_days * cast(cast(outstanding as decimal(28, 4)) * 10000 as hugeint) as dso_num,
    dso_days * cast(cast(outstanding - overdue as decimal(28, 4)) * 10000 as hugeint) as bpdso_num,
    cast(cast(credit_sales as decimal(28, 4)) * 10000 as hugeint) as sales_den,
    cast(cast(collected_or_credited as decimal(28, 4)) * 10000 as hugeint) as cei_num,
    cast(cast(collectable as decimal(28, 4)) * 10000 as hugeint) as cei_den,
    cast(cast(collected_amount_base as decimal(28, 4)) * 10000 as hugeint) as collected_num,
    cast(cast(due_amount_base as decimal(28, 4)) * 10000 as hugeint) as due_den,
    cast(cast(overdue as decimal(28, 4)) * 10000 as hugeint) as overdue_num,
    cast(cast(outstanding as decimal(28, 4)) * 10000 as hugeint) as outstanding_den,
    cast(cast(credit_exposure as decimal(28, 4)) * 10000 as hugeint) as exposure_num,
    cast(cast(credit_limit as decimal(28, 4)) * 10000 as hugeint) as limit_den
  from joined
),

-- in proportion to next to nothing a figure has more digits than anybody reads: it has no value
ratio as (
  select
    as_of_date,
    scope_kind,
    scope_id,
    case
      when sales_den > 0
        then
          try_cast(
            case when dso_num < 0 then -1 else 1 end
            * ((2 * abs(dso_num) * 10000 + sales_den) // (2 * nullif(sales_den, 0))) as decimal(18, 0)
          ) * cast(0.0001 as decimal(4, 4))
    end as dso,
    case
      when sales_den > 0
        then
          try_cast(
            case when bpdso_num < 0 then -1 else 1 end
            * ((2 * abs(bpdso_num) * 10000 + sales_den) // (2 * nullif(sales_den, 0))) as decimal(18, 0)
          ) * cast(0.0001 as decimal(4, 4))
    end as bpdso,
    case
      when cei_den > 0
        then
          try_cast(
            case when cei_num < 0 then -1 else 1 end
            * ((2 * abs(cei_num) * 1000000 + cei_den) // (2 * nullif(cei_den, 0))) as decimal(18, 0)
          ) * cast(0.000001 as decimal(6, 6))
    end as cei,
    case
      when due_den > 0
        then
          try_cast(
            (2 * collected_num * 1000000 + due_den) // (2 * nullif(due_den, 0)) as decimal(18, 0)
          ) * cast(0.000001 as decimal(6, 6))
    end as collection_rate,
    case
      when outstanding_den > 0
        then
          try_cast(
            case when overdue_num < 0 then -1 else 1 end
            * ((2 * abs(overdue_num) * 1000000 + outstanding_den) // (2 * nullif(outstanding_den, 0)))
            as decimal(18, 0)
          ) * cast(0.000001 as decimal(6, 6))
    end as overdue_rate,
    case
      when limit_den > 0
        then
          try_cast(
            (2 * exposure_num * 1000000 + limit_den) // (2 * nullif(limit_den, 0)) as decimal(18, 0)
          ) * cast(0.000001 as decimal(6, 6))
    end as credit_limit_use
  from whole
)

select
  joined.as_of_date,
  joined.scope_kind,
  joined.scope_id,
  joined.outstanding,
  joined.overdue,
  joined.ecl_provision,
  joined.credit_sales,
  joined.dso_days,
  cast(ratio.dso as decimal(18, 4)) as dso,
  cast(ratio.bpdso as decimal(18, 4)) as bpdso,
  cast(ratio.dso - ratio.bpdso as decimal(18, 4)) as add,
  joined.dso_countback,
  joined.gl_balance,
  cast(joined.outstanding - joined.gl_balance as decimal(18, 4)) as gl_difference,
  joined.disputed,
  joined.revaluation,
  cast(joined.watch_items as bigint) as watch_items,
  cast(joined.doubtful_items as bigint) as doubtful_items,
  cast(joined.bad_debt_items as bigint) as bad_debt_items,
  cast(joined.opening as decimal(18, 4)) as opening,
  cast(ratio.cei as decimal(18, 6)) as cei,
  joined.due_amount_base,
  joined.collected_amount_base,
  cast(ratio.collection_rate as decimal(18, 6)) as collection_rate,
  cast(ratio.overdue_rate as decimal(18, 6)) as overdue_rate,
  joined.credit_limit,
  joined.credit_exposure,
  cast(ratio.credit_limit_use as decimal(18, 6)) as credit_limit_use,
  joined.credit_breaches
from joined
inner join ratio
  on
    joined.as_of_date = ratio.as_of_date
    and joined.scope_kind = ratio.scope_kind
    and joined.scope_id = ratio.scope_id
