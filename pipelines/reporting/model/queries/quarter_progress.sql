-- signed so far in the quarter at each day looked at, for all scopes of one kind
select
  scope_id,
  as_of_date,
  quota,
  signed_amount
from core.quarter_remaining
where
  scope_kind = $scope_kind
  and quarter_start = $quarter_start
  and as_of_date <= $as_of
  and quota > 0
order by scope_id, as_of_date
