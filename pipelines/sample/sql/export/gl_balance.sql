-- grain: one row per account and date, as the ERP prints it
-- why:   erp/总账余额.xlsx
select
  case account
    when 'receivable' then '1122 应收账款'
    when 'revenue' then '6001 主营业务收入'
    when 'commission_expense' then '6601.08 销售提成'
    else '2211.06 应付提成'
  end as 科目,
  iso_date(period_end) as 截止日期,
  yuan_text(balance_cents) as 余额,
  'CNY' as 币种,
  (period_end - date '2024-01-01') * 4
  + case account
    when 'receivable' then 0 when 'revenue' then 1 when 'commission_expense' then 2 else 3
  end as _key,
  (period_end - date '2024-01-01') * 4
  + case account
    when 'receivable' then 0 when 'revenue' then 1 when 'commission_expense' then 2 else 3
  end as _order,
  period_end as _date,
  balance_cents as _cents
from gl_balance
