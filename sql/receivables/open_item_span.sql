-- table: receivables.open_item_span
-- grain: one row per open item and span of days with one open amount
-- key:   item_kind, document_id, instalment_seq, valid_from
-- why:   what is open of an item, whatever bucket it is in (core.open_item_bucket_span): an open amount
--        changes only on the days of its entries; between them it stands. An entry that names an instalment
--        settles that one (receivables.directed_day), the others the earliest due first
with settled as (
  select
    item_kind,
    document_id,
    settled_date,
    sum(amount) as amount
  from core.fct_settlement
  where is_known
  group by item_kind, document_id, settled_date
),

running as (
  select
    item_kind,
    document_id,
    settled_date,
    sum(amount) over (
      partition by item_kind, document_id order by settled_date
      rows between unbounded preceding and current row
    ) as settled_amount
  from settled
),

-- the state after each entry; the document itself is the first state
state as (
  select
    item.item_kind,
    item.document_id,
    item.instalment_seq,
    item.document_date as valid_from,
    cast(0 as decimal(38, 4)) as settled_amount
  from core.fct_open_item as item
  where
    not exists (
      select 1 from running
      where
        running.item_kind = item.item_kind
        and running.document_id = item.document_id
        and running.settled_date <= item.document_date
    )
  union all
  select
    item.item_kind,
    item.document_id,
    item.instalment_seq,
    running.settled_date as valid_from,
    running.settled_amount
  from core.fct_open_item as item
  inner join running
    on item.item_kind = running.item_kind and item.document_id = running.document_id
),

directed as (
  select
    'invoice' as item_kind,
    document_id,
    instalment_seq,
    settled_date,
    rest_amount,
    rest_to,
    shared_amount
  from receivables.directed_day
  where basis = 'all'
),

opened as (
  select
    state.item_kind,
    state.document_id,
    state.instalment_seq,
    state.valid_from,
    lead(state.valid_from) over (
      partition by state.item_kind, state.document_id, state.instalment_seq order by state.valid_from
    ) as valid_before,
    -- the last instalment also carries what terms promise beyond the document, and what was paid back
    -- before anything had come
    cast(case
      when item.item_kind <> 'invoice' then item.amount - state.settled_amount
      when item.is_last and coalesce(directed.shared_amount, state.settled_amount) < 0
        then
          coalesce(directed.rest_amount, item.amount)
          - coalesce(directed.shared_amount, state.settled_amount)
      when item.is_last
        then least(
          coalesce(directed.rest_amount, item.amount),
          coalesce(directed.rest_to, item.settles_to)
          - coalesce(directed.shared_amount, state.settled_amount)
        )
      else
        least(
          coalesce(directed.rest_amount, item.amount),
          greatest(
            coalesce(directed.rest_to, item.settles_to)
            - coalesce(directed.shared_amount, state.settled_amount), 0
          )
        )
    end as decimal(18, 4)) as open_amount
  from state
  inner join core.fct_open_item as item
    on
      state.item_kind = item.item_kind
      and state.document_id = item.document_id
      and state.instalment_seq = item.instalment_seq
  left join directed
    on
      state.item_kind = directed.item_kind
      and state.document_id = directed.document_id
      and state.instalment_seq = directed.instalment_seq
      and state.valid_from = directed.settled_date
)

select
  opened.item_kind,
  opened.document_id,
  opened.instalment_seq,
  opened.valid_from,
  coalesce(opened.valid_before, date '9999-12-31') as valid_before,
  opened.open_amount,
  case
    when item.rate_to_base = 1 then opened.open_amount
    else
      cast(round(
        cast(opened.open_amount as decimal(24, 4)) * cast(item.rate_to_base as decimal(14, 8)), 2
      ) as decimal(18, 4))
  end as open_amount_base,
  item.customer_id,
  item.owner_id,
  item.segment,
  item.document_date,
  item.due_date,
  item.currency,
  item.is_disputed,
  item.disputed_amount,
  item._load,
  item._line
from opened
inner join core.fct_open_item as item
  on
    opened.item_kind = item.item_kind
    and opened.document_id = item.document_id
    and opened.instalment_seq = item.instalment_seq
where opened.open_amount <> 0
