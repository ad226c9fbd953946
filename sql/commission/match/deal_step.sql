-- table: commission.deal_step
-- grain: one row per step of a deal, from won over signed, ordered and invoiced to paid, that differs
-- key:   kind, key
-- why:   where two neighbouring steps of mart.deal_match differ, and why: each difference has the reason
--        that a rule finds in the documents; one that no rule finds is unexplained. A rule explains an
--        amount, never just any difference
with books as (
  select
    books.tolerance,
    books.currency_pct,
    parameter.base_currency,
    parameter.as_of_date,
    cast(parameter.as_of_date - books.timing_days * interval 1 day as date) as young_from
  from policy.commission_books as books
  cross join core.parameter as parameter
),

-- a deal signed in several contracts is compared with all of them together
won as (
  select
    opportunity_id,
    min(customer_id) as customer_id,
    min(won_date) as won_date,
    min(won_currency) as won_currency,
    min(won_amount) as won_amount,
    min(won_own) as won_own,
    max(contracts_of_deal) as contracts_of_deal,
    max(contract_net) as largest_contract_net,
    min(contract_currency) as contract_currency,
    sum(contract_net) as contract_net,
    case when min(contract_currency) = max(contract_currency) then sum(contract_own) end as contract_own,
    sum(contract_tax) as contract_tax
  from mart.deal_match
  where won_date is not null and won_amount is not null
  group by opportunity_id
),

-- contracts that name no deal: one of the customer's may hold the rest of a deal
unnamed as (
  select
    customer_id,
    sum(contract_net) as contract_net
  from mart.deal_match
  where won_date is null and opportunity_id = '(none)'
  group by customer_id
),

of_deal as (
  select
    match.*,
    books.tolerance,
    books.currency_pct,
    books.base_currency,
    books.as_of_date,
    books.young_from,
    match.contract_currency <> books.base_currency as is_foreign
  from mart.deal_match as match
  cross join books
),

won_to_contract as (
  select
    won.won_date as dated,
    won.opportunity_id as key,
    won.won_amount as expected,
    coalesce(won.contract_net, 0) as actual,
    case
      when won.contract_net is null and won.won_date >= books.young_from then 'timing'
      when won.contract_net is null then 'missing'
      when abs(won.contract_net - won.won_amount) <= books.tolerance then 'rounding'
      when
        won.won_currency = won.contract_currency and won.won_currency <> books.base_currency
        and abs(won.won_own - won.contract_own) <= books.tolerance
        then 'rate'
      when
        won.won_currency = won.contract_currency
        and abs(won.won_own - won.contract_own - won.contract_tax) <= books.tolerance
        then 'tax'
      when
        won.won_currency <> won.contract_currency
        and (
          won.won_own = won.contract_own
          or 100 * abs(won.contract_net - won.won_amount) <= books.currency_pct * abs(won.won_amount)
        )
        then 'currency'
      when abs(won.won_amount - won.contract_net - unnamed.contract_net) <= books.tolerance then 'split'
      when
        won.contracts_of_deal > 1 and abs(won.largest_contract_net - won.won_amount) <= books.tolerance
        then 'duplicate'
      when
        won.contract_net < won.won_amount and won.contracts_of_deal > 1
        and won.won_date >= books.young_from
        then 'timing'
      else 'unexplained'
    end as reason_code
  from won
  cross join books
  left join unnamed on won.customer_id = unnamed.customer_id
),

-- signed, and not won in the CRM; a renewal need not be a deal
unwon as (
  select
    signed_date as dated,
    contract_id as key,
    cast(0 as decimal(18, 4)) as expected,
    contract_net as actual,
    case when signed_date >= young_from then 'timing' else 'missing' end as reason_code
  from of_deal
  where
    won_date is null and contract_net is not null
    and (opportunity_id <> '(none)' or coalesce(contract_type, 'new') <> 'renewal')
    and exists (select 1 from won)
),

contract_to_order as (
  select
    signed_date as dated,
    contract_id as key,
    contract_net as expected,
    coalesce(order_net, 0) as actual,
    case
      when abs(contract_net - coalesce(order_net, 0)) <= tolerance then 'rounding'
      when
        abs(contract_own - cancelled_own - case when orders > 0 then order_own else 0 end) <= tolerance
        then 'cancelled'
      when is_foreign and abs(contract_own - order_own) <= tolerance then 'rate'
      when abs(contract_own + contract_tax - order_own) <= tolerance then 'tax'
      when
        orders > 0 and order_own is null
        and 100 * abs(contract_net - order_net) <= currency_pct * abs(contract_net)
        then 'currency'
      when abs(order_own - contract_own - repeated_order) <= tolerance then 'duplicate'
      when coalesce(order_net, 0) > contract_net then 'unexplained'
      when signed_date >= young_from then 'timing'
      when order_net is null then 'missing'
      when end_date > as_of_date then 'timing'
      else 'unexplained'
    end as reason_code
  from of_deal
  where contract_net is not null
),

order_to_invoice as (
  select
    signed_date as dated,
    contract_id as key,
    order_net as expected,
    coalesce(invoiced_net, 0) as actual,
    case
      when abs(order_net - coalesce(invoiced_net, 0)) <= tolerance then 'rounding'
      when is_foreign and abs(order_own - invoiced_own) <= tolerance then 'rate'
      when abs(order_net - invoiced_gross) <= tolerance then 'tax'
      when
        (order_own is null or invoiced_own is null) and invoiced_net > 0
        and 100 * abs(order_net - invoiced_net) <= currency_pct * abs(order_net)
        then 'currency'
      when
        coalesce(invoiced_net, 0) > order_net
        and invoiced_net <= order_net + coalesce(cancelled_net, 0) + tolerance
        then 'cancelled'
      when invoiced_net > order_net and abs(invoiced_net - order_net - credited_net) <= tolerance
        then 'credited'
      when abs(invoiced_own - order_own - repeated_invoice) <= tolerance then 'duplicate'
      when coalesce(invoiced_net, 0) > order_net then 'unexplained'
      when undelivered > 0 or last_delivered_date >= young_from then 'timing'
      else 'missing'
    end as reason_code
  from of_deal
  where order_net is not null
),

payable as (
  select
    of_deal.*,
    of_deal.invoiced_gross - coalesce(of_deal.credited_gross, 0) as owed,
    coalesce(of_deal.received, 0) as paid
  from of_deal
  where of_deal.invoiced_gross is not null
),

invoice_to_receipt as (
  select
    signed_date as dated,
    contract_id as key,
    owed as expected,
    paid as actual,
    case
      when abs(owed - paid) <= tolerance then 'rounding'
      when abs(owed - paid - coalesce(written_off, 0)) <= tolerance then 'written_off'
      when paid > owed and paid <= invoiced_gross then 'credited'
      when abs(paid - invoiced_gross - repeated_receipt) <= tolerance then 'duplicate'
      when paid + coalesce(written_off, 0) > owed then 'unexplained'
      else 'timing'
    end as reason_code
  from payable
),

-- documents that no document before them stands behind, where such documents are exported at all
unsigned as (
  select
    placed.order_date as dated,
    placed.order_id as key,
    cast(0 as decimal(18, 4)) as expected,
    placed.net_amount_base as actual,
    case when placed.order_date >= books.young_from then 'timing' else 'missing' end as reason_code
  from core.fct_order as placed
  cross join books
  where placed.contract_id is null and exists (select 1 from core.fct_contract)
),

unordered as (
  select
    invoice.invoice_date as dated,
    invoice.invoice_id as key,
    cast(0 as decimal(18, 4)) as expected,
    invoice.net_amount_base as actual,
    case when invoice.invoice_date >= books.young_from then 'timing' else 'missing' end as reason_code
  from core.fct_invoice as invoice
  cross join books
  where
    invoice.kind = 'invoice' and invoice.contract_id is null and invoice.order_id is null
    and invoice.invoice_id not in (select invoice_id from core.invoice_order)
    and exists (select 1 from core.fct_order)
),

unbilled as (
  select
    item.document_date as dated,
    item.invoice_id as key,
    cast(0 as decimal(18, 4)) as expected,
    -item.open_amount_base as actual,
    case when item.document_date >= books.young_from then 'timing' else 'missing' end as reason_code
  from mart.receivable_item as item
  cross join books
  where item.item_kind = 'receipt' and exists (select 1 from core.fct_invoice)
),

step as (
  select
    'won_to_contract' as kind,
    won_to_contract.*
  from won_to_contract
  union all
  select
    'won_to_contract' as kind,
    unwon.*
  from unwon
  union all
  select
    'contract_to_order' as kind,
    contract_to_order.*
  from contract_to_order
  union all
  select
    'contract_to_order' as kind,
    unsigned.*
  from unsigned
  union all
  select
    'order_to_invoice' as kind,
    order_to_invoice.*
  from order_to_invoice
  union all
  select
    'order_to_invoice' as kind,
    unordered.*
  from unordered
  union all
  select
    'invoice_to_receipt' as kind,
    invoice_to_receipt.*
  from invoice_to_receipt
  union all
  select
    'invoice_to_receipt' as kind,
    unbilled.*
  from unbilled
)

select
  kind,
  key,
  strftime(dated, '%Y-%m') as period,
  cast(expected as decimal(18, 4)) as expected,
  cast(actual as decimal(18, 4)) as actual,
  reason_code
from step
where expected <> actual
