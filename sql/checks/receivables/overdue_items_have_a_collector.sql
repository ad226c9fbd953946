-- check:    overdue_items_have_a_collector
-- guards:   mart.receivable_item
-- severity: warn
-- zh:       逾期款项都有在职的催收人
-- en:       somebody in service collects what is overdue
-- effect_zh: 这些逾期款没有在职的催收人；金额不受影响。
-- effect_en: Nobody in service collects these overdue items; the amounts are right.
-- amount:   sum(amount)
-- asks:     sales_ops
-- why:      the owner of a document may have left; where neither the owner of the account nor a leader of the
--           unit is known and in service, it stands on nobody's page
select
  item.invoice_id,
  item.customer_id,
  item.owner_id,
  item.open_amount_base as amount,
  load.file,
  item._line as line,
  concat(
    item.invoice_id, ' of customer ', item.customer_id, ' is overdue and nobody in service collects it: ',
    case
      when item.owner_id is null then 'it has no owner'
      else concat('its owner ', item.owner_id, ' is not')
    end,
    '. State an owner_id of the customer, or a leader_id of the unit'
  ) as problem
from mart.receivable_item as item
left join mart.load as load on item._load = load.load_id
where item.is_overdue and item.item_kind = 'invoice' and item.open_amount > 0 and item.collector_id is null
