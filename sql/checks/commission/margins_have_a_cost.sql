-- check:    margins_have_a_cost
-- guards:   core.fct_credit
-- severity: warn
-- zh:       按毛利提成的单据各行都有成本
-- en:       what is paid on its margin has a cost
-- effect_zh: 按毛利计的提成在补齐成本之前不发放：应发数偏低。
-- effect_en: Commission on margin waits for the cost: payable is too low until then.
-- asks:     finance
-- why:      a cost that is not known is not nothing: what has none is held until its line or its product
--           has one, or the plan says `unknown_cost: net`
with held as (
  select
    credit.source_kind,
    credit.source_id,
    credit.order_id,
    credit.product_id,
    credit.line_no,
    credit.component_id,
    max(credit.event_date) as event_date,
    max(abs(credit.uncosted_amount)) as amount
  from core.fct_credit as credit
  where credit.uncosted_amount <> 0
  group by
    credit.source_kind, credit.source_id, credit.order_id, credit.product_id, credit.line_no,
    credit.component_id
)

select
  held.source_kind,
  held.source_id,
  held.component_id,
  held.order_id,
  line.line_no,
  line.product_id,
  load.file,
  line._line as line,
  held.amount,
  concat(
    held.source_kind, ' ', held.source_id, ' of ', cast(held.event_date as varchar), ': ',
    cast(held.amount as varchar), ' net have no cost (',
    case
      when held.order_id is null then 'it names no order'
      when line.line_no is null then concat('order ', held.order_id, ' has no lines')
      else
        concat(
          'order ', held.order_id, ' line ', cast(line.line_no as varchar), ', product ', line.product_id
        )
    end,
    '); margin commission "', held.component_id, '" waits for it'
  ) as problem
from held
left join core.fct_order_line as line
  on
    held.order_id = line.order_id
    and line.cost_amount_base is null
    and coalesce(held.product_id, line.product_id) = line.product_id
    and coalesce(held.line_no, line.line_no) = line.line_no
left join mart.load as load on line._load = load.load_id
