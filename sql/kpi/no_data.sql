-- table: kpi.no_data
-- grain: one row per KPI that cannot be computed
-- key:   kpi_id
-- why:   a KPI whose export is absent, or brought no value of a column it needs, reads "no data" and
--        names it; it is never 0
select
  need.kpi_id,
  concat('missing_export:', string_agg(need.table_name, ',' order by need.table_name)) as reason
from policy.kpi_need as need
inner join meta.export_state as export on need.table_name = export.table_name
where export.row_count = 0
group by need.kpi_id
