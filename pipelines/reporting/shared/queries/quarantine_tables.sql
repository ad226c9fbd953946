-- rows kept aside, by table; money as in quarantine_total
select
  table_name,
  count(*) as row_count,
  sum(case
    when table_name in (
      'opportunity', 'quote', 'contract', 'sales_order', 'invoice', 'receipt', 'write_off', 'expense'
    ) then amount
  end) as amount,
  count(distinct rule_id) as rules,
  count(distinct file) as files
from mart.quarantine
where resolved_at is null
group by table_name
order by row_count desc, table_name asc
