-- check:    payees_have_a_salary
-- guards:   mart.commission_statement
-- severity: warn
-- zh:       要求有薪资记录的方案，其收款人都有
-- en:       whoever a plan pays and expects a salary of has one in the month
-- effect_zh: 没有薪资资料的人可能已离职；按目标薪酬计的预支未计算。
-- effect_en: Whoever has no salary may have left; draws by target pay are not computed for them.
-- asks:     finance
-- why:      a payee without a salary is often one who left, or was never entered. What corrects a closed
--           month is asked about that month: who has left since is still owed it, or owes it
select distinct
  line.payee_id,
  line.posted_period as period,
  line.plan_id,
  concat(
    line.payee_id, ' is paid by plan ', line.plan_id, ' in ', line.period,
    ' and has no salary then'
  ) as problem
from commission.booked_line as line
inner join policy.commission_plan as plan
  on line.plan_id = plan.plan_id and line.plan_version = plan.plan_version and plan.requires_salary
left join staging.salary as salary
  on
    line.payee_id = salary.employee_id
    and salary.valid_from < cast(concat(line.period, '-01') as date) + interval 1 month
    and coalesce(salary.valid_to, date '9999-12-31') >= cast(concat(line.period, '-01') as date)
where line.ledger = 'earned' and salary.employee_id is null and not line.is_closed
union all
select
  draw.payee_id,
  draw.period,
  draw.plan_id,
  concat(
    draw.payee_id, ' has a draw by their target pay in plan ', draw.plan_id, ' in ', draw.period,
    ', and no salary states a target_variable then'
  ) as problem
from commission.draw as draw
cross join commission.open_period as books
where draw.minimum is null and draw.period > books.last_period
