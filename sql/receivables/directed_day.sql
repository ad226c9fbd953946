-- table: receivables.directed_day
-- grain: one row per basis, instalment of an invoice whose receipts name instalments, and day of an entry
-- key:   basis, document_id, instalment_seq, settled_date
-- why:   a receipt that names an instalment settles that one; what no instalment is named for, and what a
--        named one does not need, pays the earliest due first. Basis `all` counts every entry, `cash`
--        money alone. Invoices whose entries name none follow core.fct_open_item
with item as (
  select
    document_id,
    instalment_seq,
    amount,
    settles_to
  from core.fct_open_item
  where item_kind = 'invoice'
),

directed as (
  select
    entry.document_id,
    entry.instalment_seq,
    entry.settled_date,
    entry.amount
  from core.fct_settlement as entry
  inner join core.fct_open_item as item
    on
      entry.item_kind = item.item_kind
      and entry.document_id = item.document_id
      and entry.instalment_seq = item.instalment_seq
  where
    entry.is_known
    and entry.item_kind = 'invoice'
    and entry.instalment_seq <> 0
    and not (item.is_last and item.settles_from = 0)
),

entry as (
  select
    basis.basis,
    entry.document_id,
    entry.settled_date,
    entry.amount
  from core.fct_settlement as entry
  inner join (values ('all'), ('cash')) as basis (basis)
    on basis.basis = 'all' or entry.kind in ('cash', 'bounce')
  where
    entry.is_known
    and entry.item_kind = 'invoice'
    and entry.document_id in (select document_id from directed)
),

day as (
  select
    basis,
    document_id,
    settled_date,
    sum(amount) as amount
  from entry
  group by basis, document_id, settled_date
),

named as (
  select
    document_id,
    instalment_seq,
    settled_date,
    sum(amount) as amount
  from directed
  group by document_id, instalment_seq, settled_date
),

state as (
  select
    day.basis,
    day.document_id,
    item.instalment_seq,
    day.settled_date,
    item.amount,
    item.settles_to,
    sum(day.amount) over so_far as settled_amount,
    case
      when item.amount <= 0 then 0 else least(sum(coalesce(named.amount, 0)) over so_far, item.amount)
    end as own_amount
  from day
  inner join item on day.document_id = item.document_id
  left join named
    on
      day.document_id = named.document_id
      and item.instalment_seq = named.instalment_seq
      and day.settled_date = named.settled_date
  window so_far as (
    partition by day.basis, day.document_id, item.instalment_seq order by day.settled_date
    rows between unbounded preceding and current row
  )
)

select
  basis,
  document_id,
  instalment_seq,
  settled_date,
  cast(own_amount as decimal(18, 4)) as own_amount,
  cast(amount - own_amount as decimal(18, 4)) as rest_amount,
  cast(sum(amount - own_amount) over (
    partition by basis, document_id, settled_date order by amount < 0, settles_to, instalment_seq
    rows between unbounded preceding and current row
  ) as decimal(18, 4)) as rest_to,
  cast(
    settled_amount - sum(own_amount) over (partition by basis, document_id, settled_date)
    as decimal(18, 4)
  ) as shared_amount
from state
