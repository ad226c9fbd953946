-- table: core.fct_credit_cut
-- grain: one row per credit event, plan component and condition that cuts the credit
-- key:   event_id, plan_id, plan_version, component_id, cut_kind
-- why:   discounts beyond authority, late cash, contracts that do not comply and deals without records
--        take from the credit; beyond several limits the largest cut of a condition counts
with component as (
  select distinct
    component.plan_id,
    component.plan_version,
    component.component_id,
    component.credit_event,
    cut.cut_kind
  from policy.commission_component as component
  inner join policy.commission_cut as cut
    on
      component.plan_id = cut.plan_id
      and component.plan_version = cut.plan_version
      and component.component_id = cut.component_id
),

wanted as (
  select distinct
    credit_event,
    cut_kind
  from component
),

-- percent points beyond authority, to four decimals, of the quote accepted last
discount as (
  select
    opportunity_id,
    cast(
      cast(
        cast(round((list_amount - net_amount) * 100, 0) as hugeint) * 1000000
        // cast(round(list_amount * 100, 0) as hugeint) as decimal(20, 0)
      ) * cast(0.0001 as decimal(5, 4)) as decimal(18, 4)
    ) - authority_discount_pct as beyond
  from core.fct_quote
  where is_accepted and list_amount > 0 and authority_discount_pct is not null
  qualify row_number() over (partition by opportunity_id order by accepted_date desc, quote_id desc) = 1
),

due as (
  select
    allocation.receipt_id,
    allocation.invoice_id,
    allocation.allocated_date,
    coalesce(instalment.due_date, invoice.due_date) as due_date
  from staging.receipt_allocation as allocation
  inner join core.fct_invoice as invoice on allocation.invoice_id = invoice.invoice_id
  left join staging.invoice_instalment as instalment
    on allocation.invoice_id = instalment.invoice_id and allocation.instalment_seq = instalment.seq
),

recorded as (
  select
    opportunity_id,
    count(*) as activities
  from core.fct_activity
  where opportunity_id is not null
  group by opportunity_id
),

measured as (
  select
    event.event_id,
    event.credit_event,
    'discount' as cut_kind,
    discount.beyond as amount
  from core.fct_credit_event as event
  inner join wanted on event.credit_event = wanted.credit_event and wanted.cut_kind = 'discount'
  inner join discount on event.opportunity_id = discount.opportunity_id
  union all
  select
    event.event_id,
    event.credit_event,
    'overdue' as cut_kind,
    cast(date_diff('day', due.due_date, event.quota_date) as decimal(18, 4)) as amount
  from core.fct_credit_event as event
  inner join wanted on event.credit_event = wanted.credit_event and wanted.cut_kind = 'overdue'
  inner join due
    on
      event.source_id = due.receipt_id
      and event.invoice_id = due.invoice_id
      and event.quota_date = due.allocated_date
  where event.source_kind in ('receipt', 'bounce') and due.due_date is not null
  union all
  select
    event.event_id,
    event.credit_event,
    'compliance' as cut_kind,
    cast(1 as decimal(18, 4)) as amount
  from core.fct_credit_event as event
  inner join wanted on event.credit_event = wanted.credit_event and wanted.cut_kind = 'compliance'
  where not event.is_compliant
  union all
  select
    event.event_id,
    event.credit_event,
    'records' as cut_kind,
    cast(-coalesce(recorded.activities, 0) as decimal(18, 4)) as amount
  from core.fct_credit_event as event
  inner join wanted on event.credit_event = wanted.credit_event and wanted.cut_kind = 'records'
  left join recorded on event.opportunity_id = recorded.opportunity_id
  where event.opportunity_id is not null
)

select
  measured.event_id,
  component.plan_id,
  component.plan_version,
  component.component_id,
  measured.cut_kind,
  max(measured.amount) as measure,
  max(cast(least(
    cut.cut_pct + (measured.amount - cut.over) * cut.per_day_pct, 100
  ) as decimal(9, 4))) as cut_pct
from measured
inner join component
  on measured.credit_event = component.credit_event and measured.cut_kind = component.cut_kind
inner join policy.commission_cut as cut
  on
    component.plan_id = cut.plan_id
    and component.plan_version = cut.plan_version
    and component.component_id = cut.component_id
    and component.cut_kind = cut.cut_kind
    and measured.amount > cut.over
group by
  measured.event_id, component.plan_id, component.plan_version, component.component_id, measured.cut_kind
having max(cut.cut_pct + (measured.amount - cut.over) * cut.per_day_pct) > 0
