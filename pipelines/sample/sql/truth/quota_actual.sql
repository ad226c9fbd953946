-- grain: one row per measure, region (as of 2026) and quarter, with what was really achieved
-- why:   plans are made so that attainment comes out near a chosen level, see quota_plan
with share as (
    select deal.deal_no, team.region_no_2026 as region_no
    from deal
    inner join team on team.team_no = deal.team_no
),

fact as (
    select 'contract_amount' as measure, signed_at::date as day, deal_no, rate.base_cents
    from contract
    inner join lateral (
        select contract.net_cents
            * case contract.currency when 'USD' then 716 when 'EUR' then 784 else 100 end // 100 as base_cents
    ) as rate on true
    union all
    select
        'sales_amount', invoice_date, deal_no,
        case kind when 'invoice' then net_cents else -net_cents end
        * case currency when 'USD' then 716 when 'EUR' then 784 else 100 end // 100
    from invoice
    where status = 'posted'
    union all
    select
        'collections', allocation.allocated_date, invoice.deal_no,
        allocation.amount_cents
        * case invoice.currency when 'USD' then 716 when 'EUR' then 784 else 100 end // 100
    from receipt_allocation as allocation
    inner join invoice on invoice.invoice_key = allocation.invoice_key
    inner join receipt on receipt.receipt_no = allocation.receipt_no
    where not receipt.is_bounced and receipt.cleared_date is not null
    union all
    -- hundredths of a customer, as money is in hundredths of a yuan
    select 'new_customers', min(signed_at)::date, arg_min(deal_no, signed_at), 100
    from contract
    group by customer_no
)

select
    fact.measure,
    share.region_no,
    date_trunc('quarter', fact.day)::date as quarter_start,
    sum(fact.base_cents)::bigint as actual_cents
from fact
inner join share on share.deal_no = fact.deal_no
group by fact.measure, share.region_no, date_trunc('quarter', fact.day)
