-- grain: one row per dirty quota
-- why:   rows exported twice
select
  *,
  'exact_duplicate' as _kind,
  'duplicate_key' as _rule,
  'scope_id' as _column,
  false as _replaces,
  1 as _sub
from export_quota
where spoils('quota twice', _key, 250) and scope_kind = 'employee'
