-- grain: one row per change of a deal's field, as the CRM prints it
-- why:   crm/商机变更记录.csv
select
  numbered('OPP-', change.deal_no) as 商机编号,
  ['销售阶段', '预计金额', '预计成交日期', '负责人'][change.field_no] as 变更字段,
  minute_text(change.changed_at) as 变更时间,
  case change.field_no
    when 1 then ['资格确认', '需求分析', '方案报价', '商务谈判', '签约执行'][change.old_number - 1]
    when 2 then yuan_text(change.old_number)
    when 3 then slash_date(old_due.day)
    else employee_id(change.old_number)
  end as 原值,
  case change.field_no
    when 1 then ['资格确认', '需求分析', '方案报价', '商务谈判', '签约执行'][change.new_number - 1]
    when 2 then yuan_text(change.new_number)
    when 3 then slash_date(new_due.day)
    else employee_id(change.new_number)
  end as 新值,
  employee_id(change.changed_by_no) as 变更人,
  -- deal, field and minute in one number
  (change.deal_no * 4 + change.field_no - 1) * 2097152
  + date_diff('minute', timestamp '2024-11-01', change.changed_at) as _key,
  (change.deal_no * 4 + change.field_no - 1) * 2097152
  + date_diff('minute', timestamp '2024-11-01', change.changed_at) as _order,
  change.changed_at::date as _date,
  null::bigint as _cents
from deal_change as change
left join workday as old_due on change.field_no = 3 and change.old_number = old_due.workday_no
left join workday as new_due on change.field_no = 3 and change.new_number = new_due.workday_no
