-- table: core.fct_credit
-- grain: one row per receipt allocated to an invoice and payee who is credited for it
-- key:   receipt_id, invoice_id, allocated_date, payee_id
-- why:   commission is credited on cash received, net of VAT, to the owner or shared by the deal team
--        as the plan says. Parts are rounded cumulatively, so that the parts of an invoice add up to
--        its net amount and the shares of a team to the whole credit, to the cent
with collection as (
  select
    receipt_id,
    invoice_id,
    allocated_date,
    owner_id,
    contract_id,
    order_id,
    rate_to_base,
    invoice_net_amount,
    invoice_gross_amount,
    sum(amount) over (
      partition by invoice_id order by allocated_date, receipt_id
      rows between unbounded preceding and current row
    ) as allocated_so_far,
    amount,
    _load,
    _line
  from core.fct_collection
),

-- in whole cents; floor(x + 1/2) in integers rounds half up without a division of decimals
net_cents as (
  select
    collection.*,
    (
      cast(round(collection.allocated_so_far * 100, 0) as hugeint)
      * cast(round(collection.invoice_net_amount * 100, 0) as hugeint)
      * 2
      + cast(round(collection.invoice_gross_amount * 100, 0) as hugeint)
    ) // (2 * cast(round(collection.invoice_gross_amount * 100, 0) as hugeint)) as net_to,
    (
      cast(round((collection.allocated_so_far - collection.amount) * 100, 0) as hugeint)
      * cast(round(collection.invoice_net_amount * 100, 0) as hugeint) * 2
      + cast(round(collection.invoice_gross_amount * 100, 0) as hugeint)
    ) // (2 * cast(round(collection.invoice_gross_amount * 100, 0) as hugeint)) as net_from
  from collection
  where collection.invoice_gross_amount > 0
),

net as (
  select
    net_cents.*,
    cast(
      round(
        cast(net_cents.net_to as decimal(20, 0))
        * cast(0.01 as decimal(3, 2))
        * cast(net_cents.rate_to_base as decimal(14, 8)),
        2
      )
      - round(
        cast(net_cents.net_from as decimal(20, 0))
        * cast(0.01 as decimal(3, 2))
        * cast(net_cents.rate_to_base as decimal(14, 8)),
        2
      )
      as decimal(18, 4)
    ) as net_amount_base
  from net_cents
),

deal as (
  select
    net.receipt_id,
    net.invoice_id,
    net.allocated_date,
    net.owner_id,
    net.net_amount_base,
    coalesce(contract.opportunity_id, sales_order.opportunity_id) as opportunity_id,
    net._load,
    net._line
  from net
  left join staging.contract as contract on net.contract_id = contract.contract_id
  left join staging.sales_order as sales_order on net.order_id = sales_order.order_id
),

split as (
  select
    opportunity_id,
    employee_id,
    pct,
    sum(pct) over (
      partition by opportunity_id order by employee_id
      rows between unbounded preceding and current row
    ) as pct_to,
    sum(pct) over (partition by opportunity_id) as pct_total
  from staging.opportunity_split
  where kind = 'split'
),

shared as (
  select
    deal.receipt_id,
    deal.invoice_id,
    deal.allocated_date,
    deal.opportunity_id,
    coalesce(split.employee_id, deal.owner_id) as payee_id,
    coalesce(split.pct, 100) as split_pct,
    deal.net_amount_base as receipt_net_amount,
    case
      when split.employee_id is null then deal.net_amount_base
      else
        cast(
          round(
            cast(deal.net_amount_base as decimal(24, 4))
            * cast(split.pct_to as decimal(9, 4))
            * cast(0.01 as decimal(3, 2)),
            2
          )
          - round(
            cast(deal.net_amount_base as decimal(24, 4)) * cast(split.pct_to - split.pct as decimal(9, 4))
            * cast(0.01 as decimal(3, 2)), 2
          )
          as decimal(18, 4)
        )
    end as credit_amount,
    deal._load,
    deal._line
  from deal
  left join core.org_day as owner_day
    on deal.owner_id = owner_day.employee_id and deal.allocated_date = owner_day.calendar_date
  left join policy.commission_plan as owner_plan
    on
      owner_day.role = owner_plan.role
      and deal.allocated_date >= owner_plan.valid_from
      and deal.allocated_date <= coalesce(owner_plan.valid_to, date '9999-12-31')
  -- whether the team shares is for the plan of the owner to say
  left join split
    on
      case when coalesce(owner_plan.credit_split, 'deal_team') = 'deal_team' then deal.opportunity_id end
      = split.opportunity_id
      and split.pct_total = 100
)

select
  shared.receipt_id,
  shared.invoice_id,
  shared.allocated_date,
  shared.opportunity_id,
  shared.payee_id,
  shared.split_pct,
  shared.receipt_net_amount,
  shared.credit_amount,
  org.role,
  plan.plan_id,
  plan.plan_version,
  plan.quota_measure,
  plan.without_quota_rate_pct,
  case plan.quota_period
    when 'month' then calendar.month_start
    when 'quarter' then calendar.quarter_start
    else calendar.year_start
  end as quota_start,
  calendar.month_start,
  shared._load,
  shared._line
from shared
inner join core.calendar as calendar on shared.allocated_date = calendar.calendar_date
inner join core.org_day as org
  on
    shared.payee_id = org.employee_id
    and shared.allocated_date = org.calendar_date
    and org.is_active
inner join policy.commission_plan as plan
  on
    org.role = plan.role
    and shared.allocated_date >= plan.valid_from
    and (plan.valid_to is null or shared.allocated_date <= plan.valid_to)
