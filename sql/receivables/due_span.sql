-- table: receivables.due_span
-- grain: one row per instalment and span of days with one amount of cash against it
-- key:   invoice_id, instalment_seq, valid_from
-- why:   what fell due and had come in as cash by any day, where receivables.open_item_span says what was
--        open; cash pays the instalment it names, else the earliest first
with cash as (
  select
    document_id,
    settled_date,
    cast(sum(sum(amount)) over (
      partition by document_id order by settled_date
      rows between unbounded preceding and current row
    ) as decimal(18, 4)) as cash_amount
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
    item.segment,
    item.currency,
    item.due_date,
    item.rate_to_base,
    item.amount,
    item.settles_from
  from core.fct_open_item as item
  cross join core.parameter as parameter
  where item.item_kind = 'invoice' and item.due_date <= parameter.as_of_date
),

state as (
  select
    due.invoice_id,
    due.instalment_seq,
    due.due_date as valid_from,
    max(cash.settled_date) as cash_date
  from due
  left join cash on due.invoice_id = cash.document_id and due.due_date >= cash.settled_date
  group by due.invoice_id, due.instalment_seq, due.due_date
  union all
  select
    due.invoice_id,
    due.instalment_seq,
    cash.settled_date as valid_from,
    cash.settled_date as cash_date
  from due
  inner join cash on due.invoice_id = cash.document_id and due.due_date < cash.settled_date
),

collected as (
  select
    due.invoice_id,
    due.instalment_seq,
    due.customer_id,
    due.owner_id,
    due.segment,
    due.currency,
    due.due_date,
    due.rate_to_base,
    due.amount,
    state.valid_from,
    coalesce(
      lead(state.valid_from) over (
        partition by due.invoice_id, due.instalment_seq order by state.valid_from
      ),
      date '9999-12-31'
    ) as valid_before,
    greatest(
      coalesce(directed.own_amount, 0)
      + greatest(least(
        coalesce(directed.shared_amount, cash.cash_amount, 0)
        - coalesce(directed.rest_to - directed.rest_amount, due.settles_from),
        coalesce(directed.rest_amount, due.amount)
      ), 0), 0
    ) as collected_amount
  from state
  inner join due
    on state.invoice_id = due.invoice_id and state.instalment_seq = due.instalment_seq
  left join cash on state.invoice_id = cash.document_id and state.cash_date = cash.settled_date
  left join receivables.directed_day as directed
    on
      directed.basis = 'cash'
      and state.invoice_id = directed.document_id
      and state.instalment_seq = directed.instalment_seq
      and state.cash_date = directed.settled_date
)

select
  invoice_id,
  instalment_seq,
  customer_id,
  owner_id,
  segment,
  currency,
  due_date,
  valid_from,
  valid_before,
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
  end as collected_amount_base
from collected
