-- table: kpi.no_data
-- grain: one row per KPI that cannot be computed
-- key:   kpi_id
-- why:   a KPI whose export is absent, or brought no value of a column it needs, reads "no data" and
--        names it; it is never 0
select
  need.kpi_id,
  concat('missing_export:', string_agg(need.named, ',' order by need.named)) as reason
from (
  select
    kpi_id,
    table_name,
    -- an export, or a column that would do instead: the export is what is missed
    case
      when split_part(table_name, '|', 1) like '%.%' then table_name
      else split_part(table_name, '|', 1)
    end as named
  from policy.kpi_need
) as need
inner join meta.export_state as export on need.table_name = export.table_name
where export.row_count = 0
group by need.kpi_id
