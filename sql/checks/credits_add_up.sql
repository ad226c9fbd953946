-- check:    credits_add_up
-- guards:   core.fct_credit
-- severity: block
-- zh:       同一笔核销分给各人的提成基数不超过其净额
-- en:       the credits of an allocation never exceed its net amount
-- why:      shares of a deal team are one allocation, shared; nothing may be credited twice
select
  receipt_id,
  invoice_id,
  allocated_date,
  max(receipt_net_amount) as net_amount,
  sum(credit_amount) as credited
from core.fct_credit
group by receipt_id, invoice_id, allocated_date
having abs(sum(credit_amount)) > abs(max(receipt_net_amount))
