-- table: mart.contract_cost
-- grain: one row per contract and month in which commission was earned on it
-- key:   contract_id, period
-- why:   the cost of obtaining a contract (IFRS 15, ASC 340-40): capitalised and written off evenly over
--        the contract's own term where renewals are paid alike, else over the expected life of the
--        customer; up to the expedient's length it is expensed at once
with earned as (
  select
    event.contract_id,
    line.period,
    sum(line.amount) as amount
  from commission.earned as line
  left join core.fct_credit as credit on line.credit_id = credit.credit_id
  inner join core.fct_credit_event as event on coalesce(credit.event_id, line.event_id) = event.event_id
  where event.contract_id is not null
  group by event.contract_id, line.period
),

contract as (
  select
    contract.contract_id,
    contract.owner_id,
    contract.customer_id,
    contract.type,
    cast(date_trunc('month', coalesce(staged.start_date, contract.signed_date)) as date) as first_month,
    case
      when books.renewal_is_commensurate and staged.end_date is not null
        then
          greatest(
            date_diff('month', coalesce(staged.start_date, contract.signed_date), staged.end_date)
            + case
              when
                extract(day from staged.end_date)
                >= extract(day from coalesce(staged.start_date, contract.signed_date)) - 1
                then 1
              else 0
            end, 1
          )
      else books.expected_life_months
    end as months,
    books.expense_up_to_months,
    parameter.as_of_date
  from core.fct_contract as contract
  inner join staging.contract as staged on contract.contract_id = staged.contract_id
  inner join policy.contract_cost_type as capitalised on contract.type = capitalised.contract_type
  cross join policy.commission_books as books
  cross join core.parameter as parameter
),

placed as (
  select
    contract.contract_id,
    contract.owner_id,
    contract.customer_id,
    contract.type,
    earned.period,
    earned.amount,
    cast(contract.months as integer) as term_months,
    contract.months <= contract.expense_up_to_months as is_expensed,
    greatest(contract.first_month, cast(concat(earned.period, '-01') as date)) as from_month,
    cast(contract.first_month + (contract.months - 1) * interval 1 month as date) as to_month,
    cast(date_trunc('month', contract.as_of_date) as date) as this_month
  from earned
  inner join contract on earned.contract_id = contract.contract_id
),

spread as (
  select
    placed.*,
    -- what is earned after the term belongs to no later month
    case
      when placed.is_expensed or placed.from_month > placed.to_month then 1
      else date_diff('month', placed.from_month, placed.to_month) + 1
    end as months,
    greatest(date_diff('month', placed.from_month, placed.this_month) + 1, 0) as months_gone
  from placed
),

written_off as (
  select
    spread.*,
    least(spread.months_gone, spread.months) as months_done,
    cast(round(abs(spread.amount) * 100, 0) as hugeint) as cents,
    case when spread.amount < 0 then -1 else 1 end as sign
  from spread
)

select
  contract_id,
  period,
  owner_id,
  customer_id,
  type,
  cast(amount as decimal(18, 4)) as amount,
  term_months,
  is_expensed,
  from_month,
  cast(months as integer) as months,
  cast(
    cast(sign * ((2 * cents + months) // (2 * months)) as decimal(20, 0)) * cast(0.01 as decimal(3, 2))
    as decimal(18, 4)
  ) as amount_per_month,
  cast(
    cast(sign * ((2 * cents * months_done + months) // (2 * months)) as decimal(20, 0))
    * cast(0.01 as decimal(3, 2)) as decimal(18, 4)
  ) as amortised,
  cast(
    amount - cast(sign * ((2 * cents * months_done + months) // (2 * months)) as decimal(20, 0))
    * cast(0.01 as decimal(3, 2)) as decimal(18, 4)
  ) as asset
from written_off
