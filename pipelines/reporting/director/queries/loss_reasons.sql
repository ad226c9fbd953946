-- why deals were lost in the last 13 weeks, the dearest reason first
select
  loss_reason,
  deals,
  amount,
  deals_before,
  amount_before
from mart.loss_reason
order by amount desc, loss_reason asc
