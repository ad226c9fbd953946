-- table: mart.contract_cost_month
-- grain: one row per month, past and to come
-- key:   period
-- why:   the amortisation schedule: what was capitalised and written off in a month, and the asset left
--        at its end; months to come hold what is already capitalised
with cost as (
  select
    period,
    from_month,
    months,
    case when amount < 0 then -1 else 1 end as sign,
    cast(round(abs(amount) * 100, 0) as bigint) as cents
  from mart.contract_cost
),

-- every batch writes off one part a month
number as (
  select unnest(generate_series(1, 600)) as month_no
),

written_off as (
  select
    cost.from_month,
    number.month_no,
    sum(
      cost.sign * (
        (2 * cost.cents * number.month_no + cost.months) // (2 * cost.months)
        - (2 * cost.cents * (number.month_no - 1) + cost.months) // (2 * cost.months)
      )
    ) as cents
  from cost
  inner join number on cost.months >= number.month_no
  group by cost.from_month, number.month_no
),

part as (
  select
    strftime(cast(from_month + (month_no - 1) * interval 1 month as date), '%Y-%m') as period,
    sum(cents) as cents
  from written_off
  group by strftime(cast(from_month + (month_no - 1) * interval 1 month as date), '%Y-%m')
),

-- a cost that comes before its contract begins waits as an asset
added as (
  select
    period,
    sum(sign * cents) as cents
  from cost
  group by period
),

month as (
  select period from part
  union
  select period from added
),

running as (
  select
    month.period,
    coalesce(added.cents, 0) as capitalised,
    coalesce(part.cents, 0) as amortised,
    sum(coalesce(added.cents, 0) - coalesce(part.cents, 0)) over (
      order by month.period rows between unbounded preceding and current row
    ) as asset
  from month
  left join added on month.period = added.period
  left join part on month.period = part.period
)

select
  period,
  cast(cast(capitalised as decimal(20, 0)) * cast(0.01 as decimal(3, 2)) as decimal(18, 4)) as capitalised,
  cast(cast(amortised as decimal(20, 0)) * cast(0.01 as decimal(3, 2)) as decimal(18, 4)) as amortised,
  cast(cast(asset as decimal(20, 0)) * cast(0.01 as decimal(3, 2)) as decimal(18, 4)) as asset
from running
