-- rows kept aside and not yet corrected; money only where a row is a document of its own: quotas
-- and credit limits are no money, and lines, instalments and allocations repeat their document
select
  count(*) as row_count,
  sum(case
    when table_name in (
      'opportunity', 'quote', 'contract', 'sales_order', 'invoice', 'receipt', 'write_off', 'expense'
    ) then amount
  end) as amount
from mart.quarantine
where resolved_at is null
