-- table: core.fct_due_item
-- kind:  view
-- grain: one row per instalment that fell due, period and span
-- key:   invoice_id, instalment_seq, period_kind, period_start, variant
-- why:   collection rate: of what fell due in a period, what had come in as cash by its end; cash
--        pays the instalment it names, else the earliest first
with cash as (
  select
    document_id,
    settled_date,
    cast(sum(sum(amount)) over (
      partition by document_id order by settled_date
      rows between unbounded preceding and current row
    ) as decimal(18, 4)) as cash_amount,
    coalesce(
      lead(settled_date) over (partition by document_id order by settled_date), date '9999-12-31'
    ) as next_date
  from core.fct_settlement
  where is_known and item_kind = 'invoice' and kind in ('cash', 'bounce')
  group by document_id, settled_date
),

due as (
  select
    item.document_id as invoice_id,
    item.instalment_seq,
    item.customer_id,
    item.owner_id,
    item.due_date,
    item.rate_to_base,
    item.amount,
    item.settles_from,
    variant.period_kind,
    variant.period_start,
    variant.variant,
    variant.to_date,
    item._load,
    item._line
  from core.fct_open_item as item
  inner join core.period_day as day on item.due_date = day.calendar_date
  inner join core.period_variant as variant
    on
      day.period_kind = variant.period_kind
      and day.period_start = variant.period_start
      and day.variant = variant.variant
  where item.item_kind = 'invoice'
),

collected as (
  select
    due.*,
    greatest(
      coalesce(directed.own_amount, 0)
      + greatest(least(
        coalesce(directed.shared_amount, cash.cash_amount, 0)
        - coalesce(directed.rest_to - directed.rest_amount, due.settles_from),
        coalesce(directed.rest_amount, due.amount)
      ), 0), 0
    ) as collected_amount
  from due
  left join cash
    on
      due.invoice_id = cash.document_id
      and due.to_date >= cash.settled_date
      and due.to_date < cash.next_date
  left join receivables.directed_day as directed
    on
      directed.basis = 'cash'
      and due.invoice_id = directed.document_id
      and due.instalment_seq = directed.instalment_seq
      and cash.settled_date = directed.settled_date
)

select
  invoice_id,
  instalment_seq,
  customer_id,
  owner_id,
  due_date,
  period_kind,
  period_start,
  variant,
  to_date,
  case
    when rate_to_base = 1 then amount
    else
      cast(round(
        cast(amount as decimal(24, 4)) * cast(rate_to_base as decimal(14, 8)), 2
      ) as decimal(18, 4))
  end as due_amount_base,
  case
    when rate_to_base = 1 then cast(collected_amount as decimal(18, 4))
    else
      cast(round(
        cast(collected_amount as decimal(24, 4)) * cast(rate_to_base as decimal(14, 8)), 2
      ) as decimal(18, 4))
  end as collected_amount_base,
  _load,
  _line
from collected
