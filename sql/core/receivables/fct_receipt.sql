-- table: core.fct_receipt
-- kind:  view
-- grain: one row per receipt that has come, or is known to come later
-- key:   receipt_id
-- why:   money counts on the day it was received; by a method that policy makes wait (bills, cheques)
--        on the day it cleared, and without a day of clearing it has not come
with counted as (
  select
    receipt.receipt_id,
    receipt.customer_id,
    receipt.received_date,
    receipt.cleared_date,
    receipt.bounced_date,
    receipt.method,
    receipt.amount,
    receipt.currency,
    coalesce(method.counted, policy.receipts_count) = 'when_cleared' as waits_for_clearing,
    receipt._load,
    receipt._line
  from staging.receipt as receipt
  cross join policy.receivable as policy
  left join policy.receipt_method as method on lower(trim(receipt.method)) = method.method
)

select
  receipt_id,
  customer_id,
  received_date,
  case
    when waits_for_clearing then greatest(received_date, cleared_date) else received_date
  end as counted_date,
  cleared_date,
  bounced_date,
  waits_for_clearing,
  method,
  amount,
  currency,
  _load,
  _line
from counted
where not waits_for_clearing or cleared_date is not null
