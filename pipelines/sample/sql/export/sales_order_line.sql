-- grain: one row per order line, as the ERP prints it
-- why:   erp/订单.xlsx, sheet 订单明细
select
  numbered('SO-', line.order_no) as 订单编号,
  line.line_no::varchar as 行号,
  'P-' || lpad(line.product_no::varchar, 3, '0') as 产品编号,
  line.quantity::varchar as 数量,
  yuan_text(line.list_cents) as 目录单价,
  yuan_text(line.unit_cents) as 成交单价,
  yuan_text(line.net_cents) as 不含税金额,
  yuan_text(line.cost_cents) as 成本金额,
  line.order_no * 10 + line.line_no as _key,
  line.order_no * 10 + line.line_no as _order,
  null::date as _date,
  line.net_cents as _cents
from order_line as line
