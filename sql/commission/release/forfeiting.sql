-- table: commission.forfeiting
-- grain: one row per payee who has left, and plan version that lets them lose what was held on their last
--        day
-- key:   payee_id, plan_id, plan_version
-- why:   whom a plan pays nothing that becomes payable after their last day; what that is stands in
--        commission.forfeit
select
  employee.employee_id as payee_id,
  plan.plan_id,
  plan.plan_version,
  employee.leave_date
from staging.employee as employee
inner join policy.commission_plan as plan on plan.forfeits_held
cross join core.parameter as parameter
where employee.leave_date <= parameter.as_of_date
