-- table: mart.commission_settlement
-- grain: one row per payee, month, day of settlement and currency
-- key:   payee_id, period, settled_on, currency
-- why:   what of a statement is paid on which day and in which currency; the rows of a month are its payable
--        amount in mart.commission_statement. A plan that states lines in their document's currency takes
--        them back at the document's rate, rounded on the running total of the payee's lines of it, so all
--        settlements of a document add up to what it pays
with payable as (
  select
    line.payee_id,
    line.posted_period as period,
    line.source_kind,
    line.source_id,
    line.credit_id,
    line.invoice_id,
    line.component_id,
    line.amount,
    coalesce(plan.in_document_currency, false) as in_document_currency,
    component.credit_event,
    cast(
      case
        when plan.settles_by = 'half_month' and extract(day from line.credit_date) <= 15
          then cast(concat(line.posted_period, '-15') as date)
        else cast(concat(line.posted_period, '-01') as date) + interval 1 month - interval 1 day
      end as date
    ) as settled_on
  from commission.booked_line as line
  left join policy.commission_plan as plan
    on line.plan_id = plan.plan_id and line.plan_version = plan.plan_version
  left join policy.commission_component as component
    on
      line.plan_id = component.plan_id
      and line.plan_version = component.plan_version
      and line.component_id = component.component_id
  where line.ledger = 'payable' and line.payee_id not like 'pool:%'
),

-- what was released of a line names the line, and by it the credit
priced as (
  select
    concat_ws(
      '|', priced.credit_id, case when priced.step_kind = 'rerated' then 'r' end, priced.tier_no
    ) as line_id,
    priced.credit_id
  from commission.priced_slice as priced
  where
    exists (
      select 1 from policy.commission_plan
      where in_document_currency
    )
),

named as (
  select
    payable.*,
    case
      when payable.source_kind = 'release' and payable.credit_event = 'signed' then 'contract'
      when payable.source_kind = 'release' and payable.credit_event = 'invoiced' then 'invoice'
      when payable.source_kind = 'release' and payable.credit_event in ('ordered', 'delivered') then 'order'
    end as family_kind,
    coalesce(payable.invoice_id, credit.invoice_id) as document_invoice_id,
    credit.order_id as document_order_id,
    credit.contract_id as document_contract_id
  from payable
  left join priced
    on
      case when payable.in_document_currency and payable.source_kind = 'release' then payable.source_id end
      = priced.line_id
  left join core.fct_credit as credit
    on
      case when payable.in_document_currency then coalesce(priced.credit_id, payable.credit_id) end
      = credit.credit_id
),

foreign_document as (
  select
    'invoice' as kind,
    invoice.invoice_id as document_id,
    invoice.currency,
    invoice.rate_to_base
  from core.fct_invoice as invoice
  cross join core.parameter as parameter
  where invoice.currency <> parameter.base_currency
  union all
  select
    'order' as kind,
    placed.order_id as document_id,
    placed.currency,
    fx.rate_to_base
  from core.fct_order as placed
  cross join core.parameter as parameter
  inner join core.fx_day as fx on placed.currency = fx.currency and placed.order_date = fx.calendar_date
  where placed.currency <> parameter.base_currency
  union all
  select
    'contract' as kind,
    contract.contract_id as document_id,
    contract.currency,
    fx.rate_to_base
  from staging.contract as contract
  cross join core.parameter as parameter
  inner join core.fx_day as fx
    on contract.currency = fx.currency and cast(contract.signed_at as date) = fx.calendar_date
  where contract.currency <> parameter.base_currency
),

-- the invoice goes before its order, and that before its contract
stated as (
  select
    named.payee_id,
    named.period,
    named.settled_on,
    coalesce(invoice.currency, placed.currency, contract.currency, parameter.base_currency) as currency,
    coalesce(invoice.document_id, placed.document_id, contract.document_id, '') as document_id,
    coalesce(invoice.rate_to_base, placed.rate_to_base, contract.rate_to_base, 1) as rate_to_base,
    sum(named.amount) as amount_base
  from named
  cross join core.parameter as parameter
  left join foreign_document as invoice
    on
      invoice.kind = 'invoice'
      and case
        when not named.in_document_currency then null
        when named.document_invoice_id is not null then named.document_invoice_id
        when named.family_kind = 'invoice' then named.source_id
      end = invoice.document_id
  left join foreign_document as placed
    on
      placed.kind = 'order'
      and case
        when not named.in_document_currency or named.document_invoice_id is not null then null
        when named.document_order_id is not null then named.document_order_id
        when named.family_kind = 'order' then named.source_id
      end = placed.document_id
  left join foreign_document as contract
    on
      contract.kind = 'contract'
      and case
        when
          not named.in_document_currency or named.document_invoice_id is not null
          or named.document_order_id is not null
          then null
        when named.document_contract_id is not null then named.document_contract_id
        when named.family_kind = 'contract' then named.source_id
      end = contract.document_id
  group by
    named.payee_id, named.period, named.settled_on,
    coalesce(invoice.currency, placed.currency, contract.currency, parameter.base_currency),
    coalesce(invoice.document_id, placed.document_id, contract.document_id, ''),
    coalesce(invoice.rate_to_base, placed.rate_to_base, contract.rate_to_base, 1)
),

-- hundredths of the document's currency, half of one away from nothing: 10^8 is the scale of a rate
running as (
  select
    stated.*,
    cast((sum(stated.amount_base) over so_far) * 100 as hugeint) as cents_so_far,
    cast(stated.rate_to_base * 100000000 as hugeint) as rate_units
  from stated
  window so_far as (
    partition by stated.payee_id, stated.currency, stated.document_id
    order by stated.settled_on
    rows between unbounded preceding and current row
  )
),

converted as (
  select
    running.*,
    case when running.cents_so_far < 0 then -1 else 1 end * (
      (2 * abs(running.cents_so_far) * 100000000 + running.rate_units) // (2 * running.rate_units)
    ) as own_cents_so_far
  from running
),

step as (
  select
    payee_id,
    period,
    settled_on,
    currency,
    amount_base,
    own_cents_so_far - coalesce(lag(own_cents_so_far) over (
      partition by payee_id, currency, document_id order by settled_on
    ), 0) as own_cents
  from converted
)

select
  payee_id,
  period,
  settled_on,
  currency,
  cast(sum(amount_base) as decimal(18, 4)) as amount_base,
  cast(
    cast(sum(own_cents) as decimal(20, 0)) * cast(0.01 as decimal(2, 2)) as decimal(18, 4)
  ) as settled_amount
from step
group by payee_id, period, settled_on, currency
