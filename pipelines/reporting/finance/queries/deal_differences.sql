-- deals that differ between two steps from won to paid: what needs somebody first, then the largest
with owner as (
  select
    'won_to_contract' as kind,
    opportunity_id as key,
    min(owner_id) as owner_id
  from mart.deal_match
  group by opportunity_id
  union all
  -- a contract that no won deal stands behind
  select
    'won_to_contract' as kind,
    contract_id as key,
    min(owner_id) as owner_id
  from mart.deal_match
  where won_date is null and contract_id <> opportunity_id
  group by contract_id
  union all
  select
    'later' as kind,
    contract_id as key,
    min(owner_id) as owner_id
  from mart.deal_match
  group by contract_id
  union all
  -- money that no invoice has taken: whoever looks after the customer
  select
    'later' as kind,
    invoice_id as key,
    min(owner_id) as owner_id
  from mart.receivable_item
  where item_kind = 'receipt'
  group by invoice_id
)

select
  difference.kind,
  difference.key,
  difference.period,
  difference.expected,
  difference.actual,
  difference.difference,
  difference.reason_code,
  difference.is_unexplained,
  owner.owner_id,
  count(*) over () as rows_in_all
from mart.commission_difference as difference
left join owner
  on
    difference.key = owner.key
    and owner.kind = case when difference.kind = 'won_to_contract' then 'won_to_contract' else 'later' end
where
  difference.kind in ('won_to_contract', 'contract_to_order', 'order_to_invoice', 'invoice_to_receipt')
  and difference.reason_code <> 'rounding'
order by
  difference.is_unexplained desc,
  case when difference.reason_code in ('missing', 'duplicate') then 0 else 1 end asc,
  abs(difference.difference) desc,
  difference.kind asc,
  difference.key asc
limit $held_rows
