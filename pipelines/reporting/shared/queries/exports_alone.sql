-- the same while how new they are could not be looked at: a blocking check kept it from that
select
  file,
  sheet,
  table_name,
  cast(coalesce(export_date, loaded_at) as date) as exported_date,
  rows_landed,
  coalesce(rows_accepted, 0) as rows_accepted,
  coalesce(rows_quarantined, 0) as rows_quarantined,
  case
    when table_name in (
      'opportunity', 'quote', 'contract', 'sales_order', 'invoice', 'receipt', 'write_off', 'expense'
    ) then amount_quarantined
  end as amount_quarantined,
  cast(null as date) as latest_date,
  cast(null as integer) as expected_days,
  false as is_daily,
  false as is_late
from mart.load
where is_current
order by rows_quarantined desc, table_name asc, file asc, sheet asc
