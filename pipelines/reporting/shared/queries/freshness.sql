-- the latest business date found in each system's data, by table, and whether an export is late
select
  load.system,
  load.table_name,
  max(freshness.latest_date) as latest_date,
  bool_or(coalesce(freshness.is_late, false)) as is_late
from mart.load as load
left join mart.export_freshness as freshness on load.table_name = freshness.table_name
where load.is_current
group by load.system, load.table_name
order by load.system, load.table_name
