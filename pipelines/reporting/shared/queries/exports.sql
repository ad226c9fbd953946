-- the exports of the present state: what was landed of each, what of it was kept aside, how new it
-- is; money as in quarantine_total
select
  load.file,
  load.sheet,
  load.table_name,
  cast(coalesce(load.export_date, load.loaded_at) as date) as exported_date,
  load.rows_landed,
  coalesce(load.rows_accepted, 0) as rows_accepted,
  coalesce(load.rows_quarantined, 0) as rows_quarantined,
  case
    when load.table_name in (
      'opportunity', 'quote', 'contract', 'sales_order', 'invoice', 'receipt', 'write_off', 'expense'
    ) then load.amount_quarantined
  end as amount_quarantined,
  freshness.latest_date,
  freshness.expected_days,
  coalesce(freshness.is_daily, false) as is_daily,
  coalesce(freshness.is_late, false) as is_late
from mart.load as load
left join mart.export_freshness as freshness on load.table_name = freshness.table_name
where load.is_current
order by is_late desc, rows_quarantined desc, load.table_name asc, load.file asc, load.sheet asc
