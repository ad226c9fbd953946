-- grain: one row per measure, region (as of 2026) and quarter, with what was really achieved
-- why:   plans are made so that attainment comes out near a chosen level, see quota_plan
with share as (
  select
    deal.deal_no,
    team.region_no_2026 as region_no
  from deal
  inner join team on deal.team_no = team.team_no
),

fact as (
  select
    'contract_amount' as measure,
    signed_at::date as day,
    deal_no,
    rate.base_cents
  from contract
  inner join lateral (
    select
      contract.net_cents
      * case contract.currency when 'USD' then 716 when 'EUR' then 784 else 100 end // 100 as base_cents
  ) as rate on true
  union all
  select
    'sales_amount' as measure,
    invoice_date,
    deal_no,
    case kind when 'invoice' then net_cents else -net_cents end
    * case currency when 'USD' then 716 when 'EUR' then 784 else 100 end // 100 as base_cents
  from invoice
  where status = 'posted'
  union all
  select
    'collections' as measure,
    allocation.allocated_date,
    invoice.deal_no,
    allocation.amount_cents
    * case invoice.currency when 'USD' then 716 when 'EUR' then 784 else 100 end // 100 as base_cents
  from receipt_allocation as allocation
  inner join invoice on allocation.invoice_key = invoice.invoice_key
  inner join receipt on allocation.receipt_no = receipt.receipt_no
  where not receipt.is_bounced and receipt.cleared_date is not null
  union all
  -- hundredths of a customer, as money is in hundredths of a yuan
  select
    'new_customers' as measure,
    min(signed_at)::date as day,
    arg_min(deal_no, signed_at) as deal_no,
    100 as base_cents
  from contract
  group by customer_no
)

select
  fact.measure,
  share.region_no,
  date_trunc('quarter', fact.day)::date as quarter_start,
  sum(fact.base_cents)::bigint as actual_cents
from fact
inner join share on fact.deal_no = share.deal_no
group by fact.measure, share.region_no, date_trunc('quarter', fact.day)
