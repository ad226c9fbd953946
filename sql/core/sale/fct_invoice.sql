-- table: core.fct_invoice
-- grain: one row per posted document, invoice or credit note, up to the day of the report
-- key:   invoice_id
-- why:   sales are what was invoiced less what was credited; a credit note counts negative, and an
--        invoice over a negative amount is one. A note that names no invoice refers to the one it was paid
--        back on (core.credit_note_refund). What an invoice over several orders leaves open, its owner and
--        its terms, is as the order with the largest part of it says (core.invoice_order)
with billed as (
  select
    invoice_id,
    order_id
  from staging.invoice_order
  group by invoice_id, order_id
  qualify row_number() over (
    partition by invoice_id order by abs(sum(net_amount)) desc, order_id asc
  ) = 1
),

invoice as (
  select
    invoice.invoice_id,
    case when invoice.gross_amount < 0 then 'credit_note' else invoice.kind end as kind,
    invoice.order_id,
    invoice.contract_id,
    invoice.customer_id,
    coalesce(invoice.owner_id, sales_order.owner_id, contract.owner_id, largest.owner_id) as owner_id,
    invoice.invoice_date,
    -- the terms of the order, else of the contract, where the invoice has none
    case
      when invoice.due_date is not null then invoice.due_date
      when invoice.kind = 'invoice' and invoice.gross_amount >= 0
        then
          cast(
            invoice.invoice_date
            + coalesce(
              sales_order.payment_days, contract.payment_days, ordered.payment_days, largest.payment_days,
              largest_contract.payment_days
            ) * interval 1 day
            as date
          )
    end as due_date,
    coalesce(invoice.references_invoice_id, refund.invoice_id) as references_invoice_id,
    coalesce(invoice.disputed, false) as is_disputed,
    case when invoice.kind = 'invoice' then invoice.disputed_amount end as disputed_amount,
    coalesce(invoice.currency, parameter.base_currency) as currency,
    parameter.base_currency,
    case when invoice.kind = 'credit_note' or invoice.gross_amount < 0 then -1 else 1 end as sign,
    abs(invoice.net_amount) as net_amount,
    abs(invoice.gross_amount) as gross_amount,
    invoice._load,
    invoice._line
  from staging.invoice as invoice
  cross join core.parameter as parameter
  left join staging.sales_order as sales_order on invoice.order_id = sales_order.order_id
  left join staging.contract as contract on invoice.contract_id = contract.contract_id
  left join staging.contract as ordered on sales_order.contract_id = ordered.contract_id
  left join billed on invoice.invoice_id = billed.invoice_id
  left join staging.sales_order as largest on billed.order_id = largest.order_id
  left join staging.contract as largest_contract on largest.contract_id = largest_contract.contract_id
  left join core.credit_note_refund as refund on invoice.invoice_id = refund.note_id
  where
    invoice.invoice_date <= parameter.as_of_date
    and coalesce(invoice.status, 'posted') = 'posted'
),

converted as (
  select
    invoice.invoice_id,
    invoice.kind,
    invoice.order_id,
    invoice.contract_id,
    invoice.customer_id,
    invoice.owner_id,
    invoice.invoice_date,
    invoice.due_date,
    invoice.references_invoice_id,
    invoice.is_disputed,
    invoice.disputed_amount,
    coalesce(customer.segment, '(none)') as segment,
    invoice.currency,
    case
      when invoice.currency = invoice.base_currency then cast(1 as decimal(18, 8))
      else fx.rate_to_base
    end as rate_to_base,
    invoice.sign * invoice.net_amount as net_amount,
    invoice.sign * invoice.gross_amount as gross_amount,
    case
      when invoice.currency = invoice.base_currency then invoice.sign * invoice.net_amount
      else
        cast(invoice.sign * round(
          cast(invoice.net_amount as decimal(24, 4)) * cast(fx.rate_to_base as decimal(14, 8)), 2
        ) as decimal(18, 4))
    end as net_amount_base,
    case
      when invoice.currency = invoice.base_currency then invoice.sign * invoice.gross_amount
      else
        cast(invoice.sign * round(
          cast(invoice.gross_amount as decimal(24, 4)) * cast(fx.rate_to_base as decimal(14, 8)), 2
        ) as decimal(18, 4))
    end as gross_amount_base,
    invoice._load,
    invoice._line
  from invoice
  left join core.dim_customer as customer on invoice.customer_id = customer.customer_id
  left join core.fx_day as fx
    on invoice.currency = fx.currency and invoice.invoice_date = fx.calendar_date
)

select
  converted.invoice_id,
  converted.kind,
  converted.order_id,
  converted.contract_id,
  converted.customer_id,
  converted.owner_id,
  converted.invoice_date,
  converted.due_date,
  converted.references_invoice_id,
  converted.is_disputed,
  converted.disputed_amount,
  converted.segment,
  converted.currency,
  converted.rate_to_base,
  converted.net_amount,
  converted.gross_amount,
  converted.net_amount_base,
  converted.gross_amount_base,
  -- the sales that DSO and CEI divide by are stated in one place; empty where a note is left out
  case
    when converted.kind = 'credit_note' and policy.sales_credit_notes = 'left_out' then null
    when policy.sales_amount = 'net' then converted.net_amount_base
    else converted.gross_amount_base
  end as credit_sales_base,
  converted._load,
  converted._line
from converted
cross join policy.receivable as policy
