-- grain: one row per invoice or credit note
-- why:   one or two invoices to an order; about 3 % are credited in part or in whole
with billed as (
  select
    sales_order.* exclude (status),
    customer.credit_days,
    customer.pays,
    customer.pays_in_batches,
    case when chance('advance invoice', order_key) < 0.3 then 2 else 1 end as invoices
  from sales_order
  inner join customer on sales_order.customer_no = customer.customer_no
  where not sales_order.is_cancelled
),

part as (
  select
    *,
    unnest(range(1, invoices + 1))::int as invoice_part
  from billed
),

dated as (
  select
    *,
    order_key * 2 + invoice_part as invoice_key,
    case
      when invoice_part < invoices then entered_at::date + roll('billing', order_key, 4)::int
      else delivered_date + roll('billing after', order_key, 6)::int
    end as invoice_date,
    -- the first of two invoices is 40 %; abroad in whole hundreds
    case
      when invoices = 1 then net_cents
      when currency = 'CNY'
        then case
          when invoice_part = 1 then share_of(net_cents, 40, 100)
          else net_cents - share_of(net_cents, 40, 100)
        end
      when invoice_part = 1 then greatest(10000, share_of(net_cents, 40, 1000000) * 10000)
      else net_cents - greatest(10000, share_of(net_cents, 40, 1000000) * 10000)
    end as part_net_cents
  from part
),

posted as (
  select
    *,
    case when currency = 'CNY' then vat_of(part_net_cents) else 0 end as part_tax_cents,
    case
      when chance('cancelled invoice', invoice_key) < 0.006 then 'cancelled'
      when invoice_date >= getvariable('last_day') - 5 and chance('draft', invoice_key) < 0.15
        then 'draft'
      else 'posted'
    end as status
  from dated
  where invoice_date <= getvariable('last_day') and part_net_cents > 0
),

termed as (
  select
    *,
    part_net_cents + part_tax_cents as gross_cents,
    status = 'posted' and part_net_cents >= 10000000 and currency = 'CNY'
    and chance('instalments', invoice_key) < 0.45 as has_instalments
  from posted
),

judged as (
  select
    *,
    invoice_date + case when has_instalments then 180 else credit_days end::int as due_date,
    chance('credited', invoice_key) < 0.034 and status = 'posted' and currency = 'CNY'
    and not has_instalments as is_credited,
    chance('credited in whole', invoice_key) < 0.15 as is_credited_whole,
    status = 'posted' and chance('disputed', invoice_key)
    < case pays when 'rarely' then 0.15 when 'very_late' then 0.05 else 0.01 end as is_disputed
  from termed
),

document as (
  select
    invoice_key,
    order_no,
    contract_no,
    deal_no,
    customer_no,
    owner_no,
    currency,
    pays,
    pays_in_batches,
    'invoice' as kind,
    invoice_date,
    due_date,
    part_net_cents as net_cents,
    part_tax_cents as tax_cents,
    gross_cents,
    status,
    is_disputed,
    has_instalments,
    null::bigint as credited_invoice_key,
    0::bigint as credited_cents
  from judged
  union all
  select
    invoice_key + 4 * (select max(order_key) from order_part) + 4 as invoice_key,
    order_no,
    contract_no,
    deal_no,
    customer_no,
    owner_no,
    currency,
    pays,
    pays_in_batches,
    'credit_note' as kind,
    invoice_date + 6 + roll('credit day', invoice_key, 45)::int as invoice_date,
    null as due_date,
    case
      when is_credited_whole then part_net_cents
      else share_of(part_net_cents, 8 + roll('credit share', invoice_key, 20), 100)
    end as net_cents,
    case
      when is_credited_whole then part_tax_cents
      else vat_of(share_of(part_net_cents, 8 + roll('credit share', invoice_key, 20), 100))
    end as tax_cents,
    null as gross_cents,
    'posted' as status,
    false as is_disputed,
    false as has_instalments,
    judged.invoice_key as credited_invoice_key,
    0 as credited_cents
  from judged
  where
    is_credited
    and invoice_date + 6 + roll('credit day', invoice_key, 45)::int <= getvariable('last_day')
),

numbered as (
  select
    document.* replace (document.net_cents + document.tax_cents as gross_cents),
    row_number()
      over (order by document.invoice_date asc, document.kind desc, document.invoice_key asc)
    ::bigint as invoice_no
  from document
)

select
  numbered.* replace (coalesce(note.gross_cents, 0) as credited_cents),
  original.invoice_no as credited_invoice_no
from numbered
left join numbered as original on numbered.credited_invoice_key = original.invoice_key
left join numbered as note on numbered.invoice_key = note.credited_invoice_key
