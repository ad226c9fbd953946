-- grain: one row per dirty quote
-- why:   text where a price should be, quotes of unknown deals, rows exported twice
select
  * replace (pick('no price', _key, ['面议', '待定', '#N/A']) as "报价(万元)"),  -- noqa: RF05
  'text_amount' as _kind,
  'not_a_number' as _rule,
  '报价(万元)' as _column,
  true as _replaces,
  0 as _sub
from export_quote
where spoils('quote price', _key, 2050) and 状态 = '已拒绝'
union all
select
  * replace (stray('QT-', 1, _key) as 报价编号, stray('OPP-', 2, _key) as 商机编号),
  'unknown_deal' as _kind,
  'unknown_reference' as _rule,
  '商机编号' as _column,
  false as _replaces,
  1 as _sub
from export_quote
where spoils('quote deal', _key, 500)
union all
select
  * replace (stray('QT-', 3, _key) as 报价编号, '120%' as 授权折扣),
  'share_over_100' as _kind,
  'out_of_range' as _rule,
  '授权折扣' as _column,
  false as _replaces,
  2 as _sub
from export_quote
where spoils('quote authority', _key, 400)
union all
select
  *,
  'exact_duplicate' as _kind,
  'duplicate_key' as _rule,
  '报价编号' as _column,
  false as _replaces,
  3 as _sub
from export_quote
where spoils('quote twice', _key, 700) and not spoils('quote price', _key, 2050)
