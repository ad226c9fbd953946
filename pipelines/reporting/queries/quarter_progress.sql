-- signed so far in the quarter at each day looked at
select as_of_date, scope_id, quota, signed_amount
from core.quarter_remaining
where scope_kind = 'company' and quarter_start = $quarter_start and as_of_date <= $as_of
order by as_of_date
