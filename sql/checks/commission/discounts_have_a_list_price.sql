-- check:    discounts_have_a_list_price
-- guards:   core.fct_credit
-- severity: warn
-- zh:       按折扣定费率的单据各行都有目录价
-- en:       what is paid by its discount has a list price
-- effect_zh: 按折扣计的提成在补齐目录价之前不发放：应发数偏低。
-- effect_en: Commission by discount waits for the list price: payable is too low until then.
-- asks:     finance
-- why:      a discount that is not known is not none: what has no list price is held until its line or its
--           product has one
with held as (
  select
    credit.source_kind,
    credit.source_id,
    credit.order_id,
    credit.line_no,
    credit.product_id,
    credit.component_id,
    max(credit.event_date) as event_date
  from core.fct_credit as credit
  inner join policy.commission_component as component
    on
      credit.plan_id = component.plan_id
      and credit.plan_version = component.plan_version
      and credit.component_id = component.component_id
      and component.by_discount
  where credit.discount_pct is null
  group by
    credit.source_kind, credit.source_id, credit.order_id, credit.line_no, credit.product_id,
    credit.component_id
)

select
  held.source_kind,
  held.source_id,
  held.component_id,
  held.order_id,
  held.line_no,
  load.file,
  line._line as line,
  concat(
    held.source_kind, ' ', held.source_id, ' of ', cast(held.event_date as varchar),
    ' has no list price (',
    case
      when held.order_id is null then 'it names no order'
      when held.line_no is null then concat('order ', held.order_id, ' has no lines')
      else
        concat(
          'order ', held.order_id, ' line ', cast(held.line_no as varchar), ', product ', held.product_id
        )
    end,
    '); commission "', held.component_id, '" by discount waits for it'
  ) as problem
from held
left join core.fct_order_line as line on held.order_id = line.order_id and held.line_no = line.line_no
left join mart.load as load on line._load = load.load_id
