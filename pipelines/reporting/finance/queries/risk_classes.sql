-- open invoices by risk class, and receipts not yet allocated to an invoice; what revaluation adds to an
-- item stands where the item does
with item as (
  select
    case
      when
        open_amount < 0
        or item_kind in ('receipt_revaluation', 'credit_note_revaluation', 'overpayment_revaluation')
        then 'unallocated'
      else risk_class
    end as risk_class,
    judged_items,
    customer_id,
    open_amount_base
  from mart.receivable_item
  where as_of_date = $as_of
)

select
  risk_class,
  sum(judged_items) as items,
  count(distinct customer_id) as customers,
  sum(open_amount_base) as amount
from item
group by risk_class
