-- table: commission.gauge
-- grain: one row per payee, plan component and month with credit
-- key:   payee_id, plan_id, plan_version, component_id, month_start
-- why:   gates and two-way tables look at the attainment of the quota period at the month's end and at
--        the share of what fell due in the month that had come in by its end
with component as (
  select
    component.plan_id,
    component.plan_version,
    component.component_id,
    component.rate_kind
  from policy.commission_component as component
  left join policy.commission_gate as gate
    on
      component.plan_id = gate.plan_id
      and component.plan_version = gate.plan_version
      and component.component_id = gate.component_id
  where component.rate_kind = 'matrix' or gate.gauge is not null
  group by component.plan_id, component.plan_version, component.component_id, component.rate_kind
),

-- what goes back into an earlier quota period does not tell where a payee stands in this one
month_end as (
  select
    account.payee_id,
    account.plan_id,
    account.plan_version,
    account.component_id,
    account.quota,
    month.month_start,
    month.full_amount_so_far
  from commission.account_month as month
  inner join commission.account as account on month.account_no = account.account_no
  inner join component
    on
      account.plan_id = component.plan_id
      and account.plan_version = component.plan_version
      and account.component_id = component.component_id
  qualify row_number() over (
    partition by
      account.payee_id, account.plan_id, account.plan_version, account.component_id, month.month_start
    order by account.quota_start desc
  ) = 1
),

due as (
  select
    item.period_start as month_start,
    item.owner_id,
    org.team_id,
    org.region_id,
    sum(item.due_amount_base) as due_amount,
    sum(item.collected_amount_base) as collected_amount
  from core.fct_due_item as item
  left join core.org_day as org
    on item.owner_id = org.employee_id and item.due_date = org.calendar_date
  where
    item.period_kind = 'month' and item.variant = 'actual' and exists (select 1 from component)
  group by item.period_start, item.owner_id, org.team_id, org.region_id
),

-- a person is judged by their own invoices, a lead and a pool by those of the unit
due_of as (
  select
    month_start,
    owner_id as payee_id,
    sum(due_amount) as due_amount,
    sum(collected_amount) as collected_amount
  from due
  where owner_id is not null
  group by month_start, owner_id
  union all
  select
    due.month_start,
    manager.manager_id as payee_id,
    sum(due.due_amount) as due_amount,
    sum(due.collected_amount) as collected_amount
  from due
  inner join core.manager_span as manager
    on
      due.owner_id = manager.employee_id
      and due.month_start >= manager.valid_from
      and due.month_start <= manager.valid_to
  group by due.month_start, manager.manager_id
  union all
  select
    month_start,
    concat('pool:team:', team_id) as payee_id,
    sum(due_amount) as due_amount,
    sum(collected_amount) as collected_amount
  from due
  where team_id is not null
  group by month_start, team_id
  union all
  select
    month_start,
    concat('pool:region:', region_id) as payee_id,
    sum(due_amount) as due_amount,
    sum(collected_amount) as collected_amount
  from due
  where region_id is not null
  group by month_start, region_id
),

due_total as (
  select
    payee_id,
    month_start,
    cast(round(sum(due_amount) * 100, 0) as hugeint) as due_cents,
    cast(round(sum(collected_amount) * 100, 0) as hugeint) as collected_cents
  from due_of
  group by payee_id, month_start
)

select
  month_end.payee_id,
  month_end.plan_id,
  month_end.plan_version,
  month_end.component_id,
  month_end.month_start,
  -- percent with four decimals, cut off: 99.99999 % is not yet 100 %
  cast(
    cast(
      cast(round(greatest(month_end.full_amount_so_far, 0) * 100, 0) as hugeint) * 1000000
      // cast(round(month_end.quota * 100, 0) as hugeint) as decimal(20, 0)
    ) * cast(0.0001 as decimal(5, 4)) as decimal(18, 4)
  ) as attainment_pct,
  -- nothing fell due: nothing is late
  case
    when coalesce(due_total.due_cents, 0) <= 0 then cast(100 as decimal(18, 4))
    else
      cast(
        cast(due_total.collected_cents * 1000000 // due_total.due_cents as decimal(20, 0))
        * cast(0.0001 as decimal(5, 4)) as decimal(18, 4)
      )
  end as collection_rate_pct
from month_end
left join due_total
  on month_end.payee_id = due_total.payee_id and month_end.month_start = due_total.month_start
