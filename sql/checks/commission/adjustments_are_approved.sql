-- check:    adjustments_are_approved
-- guards:   mart.commission_statement
-- severity: warn
-- zh:       手工调整由有权限的人批准，且不是本人
-- en:       a manual adjustment is approved by somebody who may, and never by its payee
-- effect_zh: 这些手工调整已计入，但所属月份在获得批准前不能关账。
-- effect_en: The adjustments are counted, and their month cannot be closed before they are approved.
-- amount:   sum(amount)
-- asks:     finance
-- why:      an adjustment that nobody may have approved keeps its month from being closed
select
  adjustment.adjustment_id,
  adjustment.employee_id,
  adjustment.period,
  adjustment.amount,
  adjustment.approved_by,
  concat(
    'adjustment ', adjustment.adjustment_id, ' of ', adjustment.period, ' names ', adjustment.approved_by,
    ' as approver, who may not approve it'
  ) as problem
from staging.commission_adjustment as adjustment
cross join core.parameter as parameter
left join core.org_day as org
  on
    adjustment.approved_by = org.employee_id
    and least(
      cast(cast(concat(adjustment.period, '-01') as date) + interval 1 month - interval 1 day as date),
      parameter.as_of_date
    ) = org.calendar_date
left join policy.approver_role as permitted
  on case when org.is_active then org.role end = permitted.role
where
  adjustment.period <= strftime(parameter.as_of_date, '%Y-%m')
  and (permitted.role is null or adjustment.approved_by = adjustment.employee_id)
