-- check:    commission_lines_cover_credit
-- guards:   core.fct_commission
-- severity: block
-- zh:       提成行覆盖全部基数，不多不少
-- en:       commission lines cover the credit of each payee and month exactly
-- why:      a slice between two tiers that nobody pays, or that is paid twice, is a wrong statement
with credit as (
  select
    payee_id,
    strftime(month_start, '%Y-%m') as period,
    sum(credit_amount) as amount
  from core.fct_credit
  group by payee_id, strftime(month_start, '%Y-%m')
),

line as (
  select
    payee_id,
    period,
    sum(credit_amount) as amount
  from core.fct_commission
  group by payee_id, period
)

select
  credit.payee_id,
  credit.period,
  credit.amount as credited,
  coalesce(line.amount, 0) as paid_on
from credit
left join line on credit.payee_id = line.payee_id and credit.period = line.period
where credit.amount <> coalesce(line.amount, 0)
