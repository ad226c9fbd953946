-- what happened on a customer's account, by currency and day: each document as it was made, and each
-- entry that settles one. Money that is allocated moves from the receipt to the invoice: nothing is left
-- of it on the account but the receipt itself
with item as (
  select
    item_kind,
    document_id,
    currency,
    document_date,
    amount
  from core.fct_open_item
  where customer_id = $customer
),

document as (
  select distinct
    item_kind,
    document_id,
    currency
  from item
),

entry as (
  select
    currency,
    document_date as moved_on,
    item_kind as kind,
    document_id,
    amount
  from item
  union all
  select
    document.currency,
    settlement.settled_date as moved_on,
    case
      when settlement.kind in ('write_off', 'bounce', 'stated') then settlement.kind
      when settlement.kind = 'credit_note' or settlement.item_kind = 'credit_note' then 'credit_note'
      else 'receipt'
    end as kind,
    case
      when settlement.kind in ('applied', 'bounce') and settlement.item_kind <> 'invoice'
        then settlement.document_id
      else settlement.source_id
    end as document_id,
    -settlement.amount as amount
  from core.fct_settlement as settlement
  inner join document
    on settlement.item_kind = document.item_kind and settlement.document_id = document.document_id
  where settlement.is_known
)

select
  currency,
  moved_on,
  kind,
  document_id,
  sum(amount) as amount
from entry
where moved_on <= $until
group by currency, moved_on, kind, document_id
having sum(amount) <> 0
order by currency, moved_on, kind, document_id
