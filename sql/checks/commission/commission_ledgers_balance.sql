-- check:    commission_ledgers_balance
-- guards:   mart.commission_line
-- severity: block
-- zh:       每位收款人：已赚 + 预支 = 应付 + 暂扣
-- en:       earned plus draws is payable plus held, for every payee
-- effect_zh: 已计提与应发、暂扣不符：提成数字可能多也可能少。
-- effect_en: Earned differs from payable and held: commission may be too high or too low.
-- asks:     finance
-- why:      an amount that is earned but neither payable nor held is lost, and the reverse is paid for
--           nothing
select
  payee_id,
  sum(case
    when ledger = 'earned' then amount
    when ledger = 'payable' and component_id = 'draw' then amount
    else 0
  end) as earned,
  sum(case when ledger in ('payable', 'held') then amount else 0 end) as payable_or_held
from mart.commission_line
where ledger <> 'paid'
group by payee_id
having
  sum(case
    when ledger = 'earned' then amount
    when ledger = 'payable' and component_id = 'draw' then amount
    else 0
  end)
  <> sum(case when ledger in ('payable', 'held') then amount else 0 end)
