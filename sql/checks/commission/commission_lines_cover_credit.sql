-- check:    commission_lines_cover_credit
-- guards:   commission.credit_earning
-- severity: block
-- zh:       提成行覆盖全部基数，不多不少
-- en:       commission lines cover the credit of each payee and month exactly
-- effect_zh: 部分业绩未计提或重复计提：提成数字可能多也可能少。
-- effect_en: Some credit is unpaid or paid twice: commission may be too high or too low.
-- asks:     finance
-- why:      a slice between two tiers that nobody pays, or that is paid twice, is a wrong statement
with amount as (
  select
    payee_id,
    strftime(month_start, '%Y-%m') as period,
    credit_amount as credited,
    0 as paid_on
  from core.fct_credit
  where rate_kind = 'tiers'
  union all
  select
    payee_id,
    period,
    0 as credited,
    credit_amount as paid_on
  from commission.credit_earning
  where step_kind in ('slice', 'reached', 'original_rate')
)

select
  payee_id,
  period,
  sum(credited) as credited,
  sum(paid_on) as paid_on
from amount
group by payee_id, period
having sum(credited) <> sum(paid_on)
