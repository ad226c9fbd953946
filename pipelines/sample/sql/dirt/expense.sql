-- grain: one row per dirty claim
-- why:   text for money, impossible dates, claims of unknown people, claims entered twice
select
  * replace ('待核定' as 金额),
  'text_amount' as _kind,
  'not_a_number' as _rule,
  '金额' as _column,
  true as _replaces,
  0 as _sub
from export_expense
where spoils('expense amount', _key, 850)
union all
select
  * replace ('2026-06-31' as 发生日期),
  'impossible_date' as _kind,
  'not_a_date' as _rule,
  '发生日期' as _column,
  true as _replaces,
  0 as _sub
from export_expense
where spoils('expense date', _key, 700) and not spoils('expense amount', _key, 850)
union all
select
  * replace (stray('EX-', 1, _key) as 报销单号, 'E9' || lpad((_key % 100)::varchar, 2, '0') || 'X' as 员工工号),
  'unknown_employee' as _kind,
  'unknown_reference' as _rule,
  '员工工号' as _column,
  false as _replaces,
  1 as _sub
from export_expense
where spoils('expense person', _key, 500)
union all
select
  *,
  'exact_duplicate' as _kind,
  'duplicate_key' as _rule,
  '报销单号' as _column,
  false as _replaces,
  2 as _sub
from export_expense
where
  spoils('expense twice', _key, 850) and not spoils('expense amount', _key, 850)
  and not spoils('expense date', _key, 700)
