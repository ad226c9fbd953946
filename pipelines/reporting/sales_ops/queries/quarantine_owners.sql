-- rows kept aside by whom they belong to, with what is wrong with most of them; money as in
-- quarantine_total
with kept as (
  select
    owner_id,
    table_name,
    rule_id,
    column_name,
    first_seen_at,
    case
      when table_name in (
        'opportunity', 'quote', 'contract', 'sales_order', 'invoice', 'receipt', 'write_off', 'expense'
      ) then amount
    end as amount
  from mart.quarantine
  where resolved_at is null
),

owner as (
  select
    owner_id,
    count(*) as row_count,
    sum(amount) as amount,
    count(distinct table_name) as tables,
    cast(min(first_seen_at) as date) as since
  from kept
  group by owner_id
),

problem as (
  select
    owner_id,
    rule_id,
    column_name,
    count(*) as row_count
  from kept
  group by owner_id, rule_id, column_name
),

most_frequent as (
  select
    owner_id,
    rule_id,
    column_name,
    row_number() over (
      partition by owner_id order by row_count desc, rule_id asc, column_name asc
    ) as place
  from problem
)

select
  owner.owner_id,
  owner.row_count,
  owner.amount,
  owner.tables,
  owner.since,
  most_frequent.rule_id,
  most_frequent.column_name
from owner
inner join most_frequent
  on
    owner.owner_id is not distinct from most_frequent.owner_id
    and most_frequent.place = 1
order by owner.row_count desc, owner.owner_id asc
