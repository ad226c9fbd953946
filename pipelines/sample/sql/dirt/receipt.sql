-- grain: one row per dirty receipt
-- why:   money of unknown customers, impossible dates, rows exported twice; and a few real advances
--        whose amount cannot be read
with lost as (
  select receipt_no
  from receipt
  where
    currency = 'CNY' and round_no = 3
    and receipt_no not in (select receipt_no from receipt_allocation)
  order by draw('lost receipt', receipt_no), receipt_no
  limit getvariable('lost_receipts')
)

select
  * replace ('待确认' as 收款金额),
  'unreadable_real_amount' as _kind,
  'not_a_number' as _rule,
  '收款金额' as _column,
  true as _replaces,
  0 as _sub
from export_receipt
where _key in (select receipt_no from lost)
union all
select
  * replace (stray('RCV-', 1, _key) as 收款编号, stray('CUST-', 2, _key) as 客户编号),
  'unknown_customer' as _kind,
  'unknown_reference' as _rule,
  '客户编号' as _column,
  false as _replaces,
  1 as _sub
from export_receipt
where spoils('receipt customer', _key, 850)
union all
select
  * replace (stray('RCV-', 3, _key) as 收款编号, '2026-02-30' as 收款日期),
  'impossible_date' as _kind,
  'not_a_date' as _rule,
  '收款日期' as _column,
  false as _replaces,
  2 as _sub
from export_receipt
where spoils('receipt date', _key, 700)
union all
select
  *,
  'exact_duplicate' as _kind,
  'duplicate_key' as _rule,
  '收款编号' as _column,
  false as _replaces,
  3 as _sub
from export_receipt
where spoils('receipt twice', _key, 700) and _key not in (select receipt_no from lost)
union all
select
  * replace (yuan_text(_cents + 500000) as 收款金额),
  'differing_duplicate' as _kind,
  'duplicate_key' as _rule,
  '收款编号' as _column,
  false as _replaces,
  4 as _sub
from export_receipt
where
  spoils('receipt differs', _key, 400) and not spoils('receipt twice', _key, 700)
  and _key not in (select receipt_no from lost)
