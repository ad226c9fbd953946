-- what closed periods are corrected by in the next one; an amount nobody knows is null
select
  adjustment.employee_id,
  adjustment.period,
  adjustment.posted_period,
  adjustment.cause,
  adjustment.score_closed,
  adjustment.score_now,
  adjustment.grade_closed,
  adjustment.grade_now,
  adjustment.pay_closed,
  adjustment.pay_now,
  adjustment.posted_amount,
  adjustment.amount
from mart.appraisal_adjustment as adjustment
where adjustment.amount is null or adjustment.amount <> 0
order by adjustment.posted_period desc, adjustment.employee_id asc, adjustment.period asc
