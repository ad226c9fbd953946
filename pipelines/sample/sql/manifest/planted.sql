-- grain: one row per planted deviation
-- why:   what reconciliation has to find: payroll against plan, quota of a team against its members
select
  kind,
  scope_id,
  period,
  expected_cents,
  found_cents
from (
  select
    'payroll ' || kind as kind,
    employee_id(employee_no) as scope_id,
    period,
    commission_cents as expected_cents,
    case when kind = 'missing_month' then 0 else paid_cents end as found_cents
  from payroll_commission
  where kind is not null
  union all
  select
    'quota over-allocated contract_amount' as kind,
    quota.scope_id,
    strftime(quota.first_day, '%Y-%m') as period,
    quota.amount_cents,
    sum(member.amount_cents)::bigint as found_cents
  from quota
  inner join assignment
    on
      quota.scope_id = assignment.unit_id
      and assignment.role = 'rep'
      and quota.last_day >= assignment.valid_from
      and coalesce(assignment.valid_to, date '9999-12-31') >= quota.first_day
  inner join quota_rep as member
    on
      assignment.employee_no = member.employee_no
      and quota.measure = member.measure
      and quota.first_day = member.first_day
  where quota.scope_kind = 'unit'
  group by quota.scope_id, quota.measure, quota.first_day, quota.amount_cents
  having sum(member.amount_cents) <> quota.amount_cents
) as planted
order by kind, scope_id, period
