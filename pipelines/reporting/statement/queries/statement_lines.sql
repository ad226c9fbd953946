-- every line posted in one month, in the order of the day
select
  line.payee_id,
  line.line_id,
  line.ledger,
  line.period,
  line.credit_date,
  line.source_kind,
  line.source_id,
  line.invoice_id,
  line.component_id,
  coalesce(component.label_zh, allowance.label_zh) as label_zh,
  coalesce(component.label_en, allowance.label_en) as label_en,
  line.credit_amount,
  line.source_amount,
  line.split_pct,
  line.cut_pct,
  line.tier_from,
  line.tier_to,
  component.rate_by,
  component.rate_kind,
  coalesce(component.credit_base = 'units', false) as is_of_units,
  line.rate,
  line.amount,
  line.cause,
  line.reverses_line_id,
  line.period <> line.posted_period as is_correction,
  adjustment.reason,
  adjustment.approved_by
from mart.commission_line as line
left join policy.commission_component as component
  on
    line.plan_id = component.plan_id
    and line.plan_version = component.plan_version
    and line.component_id = component.component_id
left join policy.commission_allowance as allowance
  on
    line.plan_id = allowance.plan_id
    and line.plan_version = allowance.plan_version
    and line.component_id = allowance.allowance_id
left join staging.commission_adjustment as adjustment
  on case when line.source_kind = 'adjustment' then line.source_id end = adjustment.adjustment_id
where line.posted_period = $statement_month and line.payee_id not like 'pool:%'
order by line.payee_id, line.credit_date nulls last, line.line_id
