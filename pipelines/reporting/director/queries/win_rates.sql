-- wins of twelve months, per person and for the company
select
  scope_kind,
  scope_id,
  won,
  decided
from mart.win_rate_year
order by scope_kind, scope_id
