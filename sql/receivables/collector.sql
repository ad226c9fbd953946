-- table: receivables.collector
-- grain: one row per customer and owner of something that was ever open
-- key:   customer_id, owner_id
-- why:   who collects now: the owner, or who follows an owner who has left (or a document without one): the
--        owner of the account or the leader of the owner's unit and of those above it, in the order of the
--        policy; where none of them is in service whoever managed the owner last, and else nobody
with owed as (
  select distinct
    customer_id,
    coalesce(owner_id, '(none)') as owner_id
  from core.fct_open_item
),

candidate as (
  select
    customer_id,
    owner_id,
    owner_id as collector_id,
    1 as place
  from owed
  union all
  select
    owed.customer_id,
    owed.owner_id,
    customer.owner_id as collector_id,
    case when policy.successor = 'account_owner' then 2 else 7 end as place
  from owed
  cross join policy.receivable as policy
  inner join core.dim_customer as customer on owed.customer_id = customer.customer_id
  union all
  select
    owed.customer_id,
    owed.owner_id,
    unit.leader_id as collector_id,
    case unit.unit_id
      when owner.unit_id then 3
      when owner.team_id then 4
      when owner.region_id then 5
      else 6
    end as place
  from owed
  cross join core.parameter as parameter
  left join core.dim_employee as owner on owed.owner_id = owner.employee_id
  inner join core.dim_unit as unit
    on unit.unit_id in (owner.unit_id, owner.team_id, owner.region_id, parameter.company_id)
  union all
  -- exports may say who leads whom and not who leads a unit
  select
    owed.customer_id,
    owed.owner_id,
    owner.manager_id as collector_id,
    8 as place
  from owed
  inner join core.dim_employee as owner on owed.owner_id = owner.employee_id
)

select
  owed.customer_id,
  owed.owner_id,
  chosen.collector_id
from owed
left join (
  select
    candidate.customer_id,
    candidate.owner_id,
    candidate.collector_id
  from candidate
  inner join core.dim_employee as person on candidate.collector_id = person.employee_id and person.is_active
  qualify row_number() over (
    partition by candidate.customer_id, candidate.owner_id
    order by candidate.place, candidate.collector_id
  ) = 1
) as chosen
  on owed.customer_id = chosen.customer_id and owed.owner_id = chosen.owner_id
