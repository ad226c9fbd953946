-- check:    receipts_cover_allocations
-- guards:   core.fct_settlement
-- severity: block
-- zh:       收款的核销合计不超过收款金额
-- en:       no receipt is allocated beyond its amount
-- effect_zh: 同一笔钱可能核销了两次：应收可能偏低。
-- effect_en: Money may have closed two invoices: receivables may be too low.
-- asks:     finance
-- why:      money allocated twice closes invoices that nobody paid
with allocated as (
  select
    allocation.receipt_id,
    -- in the receipt's currency; what is stated in another is converted, within what rates differ by
    sum(
      case
        when coalesce(allocation.currency, receipt.currency, '') = coalesce(receipt.currency, '')
          then allocation.amount
        else coalesce(converted.asked_amount * cast(0.95 as decimal(3, 2)), 0)
      end
    ) as amount
  from staging.receipt_allocation as allocation
  inner join staging.receipt as receipt on allocation.receipt_id = receipt.receipt_id
  left join core.fct_allocation as converted
    on
      allocation.receipt_id = converted.receipt_id
      and allocation.invoice_id = converted.document_id
      and allocation.allocated_date = converted.allocated_date
      and allocation.line_no = converted.line_no
  group by allocation.receipt_id
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
cross join core.parameter as parameter
left join policy.currency as currency
  on coalesce(receipt.currency, parameter.base_currency) = currency.currency
where
  allocated.amount > greatest(receipt.amount, 0)
  and (allocated.amount - receipt.amount) * 2 * coalesce(currency.minor_units, 100) >= 1
