-- rows kept aside and not yet corrected
select
  count(*) as row_count,
  sum(amount) as amount
from mart.quarantine
where resolved_at is null
