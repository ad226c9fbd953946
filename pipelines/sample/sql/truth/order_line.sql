-- grain: one row per order and line
-- why:   the contract's lines, dealt out to its orders: they add up to the contract
select
  part.order_key,
  part.order_no,
  row_number() over (partition by part.order_key order by line.line_no)::int as line_no,
  line.product_no,
  line.quantity,
  line.list_cents,
  line.unit_cents,
  (line.quantity * line.unit_cents)::bigint as net_cents,
  (line.quantity * line.cost_cents)::bigint as cost_cents
from deal_line as line
inner join order_part as part
  on
    line.deal_key = part.deal_key
    and (part.parts = 1 or part.part_no = 1 + line.line_no % 2)
