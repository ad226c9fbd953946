-- grain: one row per product, as the ERP prints it
-- why:   erp/产品.xlsx
select
  product_id as 产品编号,
  name as 产品名称,
  category as 产品类别,
  yes_no(is_key_product) as 重点产品,
  yuan_text(list_cents) as 目录价,
  yuan_text(cost_cents) as 单位成本,
  product_no::bigint as _key,
  product_no::bigint as _order,
  null::date as _date,
  null::bigint as _cents
from product
