-- check:    ledger_is_computation
-- guards:   mart.commission_line
-- severity: block
-- zh:       已结账各月加未结账月的调整 = 重新计算的结果
-- en:       closed months plus what is posted since equal a computation from everything known now
-- effect_zh: 账上的提成与重新计算的结果不符：应发数可能多也可能少。
-- effect_en: The booked commission is not what the rules compute: payable may be too high or too low.
-- asks:     finance
-- why:      a difference that is posted twice, or not at all, is money paid twice or lost
with posted as (
  select
    payee_id,
    ledger,
    sum(amount) as amount
  from mart.commission_line
  group by payee_id, ledger
),

computed as (
  select
    payee_id,
    ledger,
    sum(amount) as amount
  from commission.computed_line
  group by payee_id, ledger
)

select
  coalesce(posted.payee_id, computed.payee_id) as payee_id,
  coalesce(posted.ledger, computed.ledger) as ledger,
  coalesce(posted.amount, 0) as posted,
  coalesce(computed.amount, 0) as computed
from posted
full outer join computed on posted.payee_id = computed.payee_id and posted.ledger = computed.ledger
where coalesce(posted.amount, 0) <> coalesce(computed.amount, 0)
