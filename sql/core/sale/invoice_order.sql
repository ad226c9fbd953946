-- table: core.invoice_order
-- grain: one row per document that says which orders it bills, and order; one more for what it bills of none
-- key:   invoice_id, part_no
-- why:   which part of an invoice over several orders is whose. Parts are steps from share_from to
--        share_to of share_whole, in the order of the orders' ids, so that whatever is split by them is
--        handed out to the last cent. A note that names no orders takes back what its invoice was for
with stated as (
  select
    invoice_id,
    order_id,
    sum(net_amount) as net_amount,
    sum(sum(net_amount)) over (partition by invoice_id) as net_total
  from staging.invoice_order
  group by invoice_id, order_id
),

-- a credit note may be stated below nothing
weighed as (
  select
    invoice_id,
    order_id,
    case when net_total < 0 then -net_amount else net_amount end as net_amount
  from stated
  where net_total <> 0
),

-- whose parts a document has: its own, else those of the invoice it refers to
whole as (
  select
    document.invoice_id,
    coalesce(document.references_invoice_id, document.invoice_id) as billed_id,
    own.invoice_id is not null as is_own,
    case when own.invoice_id is null then document.references_invoice_id else document.invoice_id end
      as stated_id
  from core.fct_invoice as document
  left join (select distinct invoice_id from weighed) as own on document.invoice_id = own.invoice_id
),

-- what the orders leave of the document belongs to the order that it names itself, else to none
part as (
  select
    whole.invoice_id,
    weighed.order_id,
    weighed.net_amount
  from whole
  inner join weighed on whole.stated_id = weighed.invoice_id
  union all
  select
    whole.invoice_id,
    document.order_id,
    abs(document.net_amount) - total.net_amount as net_amount
  from whole
  inner join core.fct_invoice as document on whole.stated_id = document.invoice_id
  inner join (
    select
      invoice_id,
      sum(net_amount) as net_amount
    from weighed
    group by invoice_id
  ) as total on whole.stated_id = total.invoice_id
  where abs(document.net_amount) > total.net_amount
),

summed as (
  select
    invoice_id,
    order_id,
    sum(net_amount) as net_amount
  from part
  group by invoice_id, order_id
),

placed as (
  select
    invoice_id,
    order_id,
    net_amount,
    row_number() over by_order as part_no,
    sum(net_amount) over by_order as net_to,
    sum(net_amount) over (partition by invoice_id) as net_total
  from summed
  window
    by_order as (
      partition by invoice_id order by coalesce(order_id, '') = '', order_id
      rows between unbounded preceding and current row
    )
)

select
  placed.invoice_id,
  cast(placed.part_no as bigint) as part_no,
  placed.order_id,
  cast((placed.net_to - placed.net_amount) * 10000 as bigint) as share_from,
  cast(placed.net_to * 10000 as bigint) as share_to,
  cast(placed.net_total * 10000 as bigint) as share_whole,
  whole.is_own,
  coalesce(sales_order.contract_id, billed.contract_id) as contract_id,
  -- whoever the invoice names, else whose order it is
  coalesce(named.owner_id, sales_order.owner_id, billed.owner_id) as owner_id
from placed
inner join whole on placed.invoice_id = whole.invoice_id
left join core.fct_invoice as billed on whole.billed_id = billed.invoice_id
left join staging.invoice as named on whole.billed_id = named.invoice_id
left join staging.sales_order as sales_order on placed.order_id = sales_order.order_id
