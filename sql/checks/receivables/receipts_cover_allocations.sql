-- check:    receipts_cover_allocations
-- guards:   core.fct_settlement
-- severity: block
-- zh:       收款的核销合计不超过收款金额
-- en:       no receipt is allocated beyond its amount
-- why:      money allocated twice closes invoices that nobody paid
with allocated as (
  select
    receipt_id,
    sum(amount) as amount
  from staging.receipt_allocation
  group by receipt_id
)

select
  receipt.receipt_id,
  receipt.amount,
  allocated.amount as allocated_amount,
  load.file,
  receipt._line as line,
  concat(
    'receipt ', receipt.receipt_id, ' of ', cast(cast(receipt.amount as decimal(18, 2)) as varchar),
    ' is allocated for ', cast(cast(allocated.amount as decimal(18, 2)) as varchar), ', ',
    cast(cast(allocated.amount - receipt.amount as decimal(18, 2)) as varchar), ' more than came in'
  ) as problem
from staging.receipt as receipt
inner join allocated on receipt.receipt_id = allocated.receipt_id
left join mart.load as load on receipt._load = load.load_id
where allocated.amount > greatest(receipt.amount, 0)
