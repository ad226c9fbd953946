-- table: mart.commission_line
-- kind:  view
-- grain: one row per line of a commission ledger
-- key:   line_id
-- why:   what was earned by which source document at which rate; what of it may be paid; what was
--        paid. This plan holds nothing back, so what is earned is payable at once
select
  concat('earned:', line_id) as line_id,
  payee_id,
  period,
  period as posted_period,
  plan_id,
  plan_version,
  'credit' as component_id,
  'receipt' as source_kind,
  source_id,
  invoice_id,
  credit_date,
  credit_amount,
  tier_from,
  tier_to,
  rate,
  amount,
  'earned' as ledger,
  cast(null as varchar) as reverses_line_id,
  'cash_received' as cause,
  position_to,
  quota,
  _load,
  _line
from core.fct_commission
union all
select
  concat('payable:', line_id) as line_id,
  payee_id,
  period,
  period as posted_period,
  plan_id,
  plan_version,
  'credit' as component_id,
  'receipt' as source_kind,
  source_id,
  invoice_id,
  credit_date,
  credit_amount,
  tier_from,
  tier_to,
  rate,
  amount,
  'payable' as ledger,
  cast(null as varchar) as reverses_line_id,
  'released_at_once' as cause,
  position_to,
  quota,
  _load,
  _line
from core.fct_commission
union all
select
  concat('paid:', payroll.employee_id, ':', payroll.period) as line_id,
  payroll.employee_id as payee_id,
  payroll.period,
  payroll.period as posted_period,
  cast(null as varchar) as plan_id,
  cast(null as integer) as plan_version,
  'payroll' as component_id,
  'payroll' as source_kind,
  coalesce(payroll.reference, payroll.period) as source_id,
  cast(null as varchar) as invoice_id,
  payroll.paid_date as credit_date,
  cast(null as decimal(18, 4)) as credit_amount,
  cast(null as decimal(18, 4)) as tier_from,
  cast(null as decimal(18, 4)) as tier_to,
  cast(null as decimal(12, 8)) as rate,
  payroll.paid_amount as amount,
  'paid' as ledger,
  cast(null as varchar) as reverses_line_id,
  'payroll' as cause,
  cast(null as decimal(18, 4)) as position_to,
  cast(null as decimal(18, 4)) as quota,
  payroll._load,
  payroll._line
from staging.payroll_commission as payroll
cross join core.parameter as parameter
where payroll.paid_date is null or payroll.paid_date <= parameter.as_of_date
