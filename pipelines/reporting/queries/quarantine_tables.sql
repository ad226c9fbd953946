-- rows kept aside, by table and by what is wrong with them
select
  table_name,
  count(*) as row_count,
  sum(amount) as amount,
  count(distinct rule_id) as rules,
  count(distinct file) as files
from mart.quarantine
where resolved_at is null
group by table_name
order by row_count desc, table_name
