-- rows kept aside by what is wrong with them, with the first of them; money as in quarantine_total
with kept as (
  select
    table_name,
    rule_id,
    column_name,
    file,
    line,
    owner_id,
    case
      when table_name in (
        'opportunity', 'quote', 'contract', 'sales_order', 'invoice', 'receipt', 'write_off', 'expense'
      ) then amount
    end as amount,
    row_number() over (
      partition by table_name, rule_id, column_name order by file, line
    ) as place
  from mart.quarantine
  where resolved_at is null
)

select
  table_name,
  rule_id,
  column_name,
  count(*) as row_count,
  sum(amount) as amount,
  count(distinct owner_id) as owners,
  max(case when place = 1 then file end) as file,
  max(case when place = 1 then line end) as line
from kept
group by table_name, rule_id, column_name
order by row_count desc, table_name asc, rule_id asc, column_name asc
