-- check:    credits_add_up
-- guards:   core.fct_credit
-- severity: block
-- zh:       同一笔核销分给各人的提成基数不超过其净额
-- en:       the credits of an allocation never exceed its net amount
-- effect_zh: 同一笔业绩可能计了两次：提成可能偏高。
-- effect_en: Something may be credited twice: commission may be too high.
-- asks:     finance
-- why:      shares of a deal team are one allocation, shared; nothing may be credited twice
select
  credit.event_id,
  credit.plan_id,
  credit.component_id,
  credit.product_id,
  credit.line_no,
  max(credit.base_amount) as net_amount,
  sum(credit.full_amount) as credited
from core.fct_credit as credit
where credit.credit_to in ('owner', 'deal_team')
group by credit.event_id, credit.plan_id, credit.component_id, credit.product_id, credit.line_no
having abs(sum(credit.full_amount)) > abs(max(credit.base_amount))
