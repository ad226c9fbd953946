-- table: commission.portion
-- grain: one row per portion of an earned amount that is released on a day of its own
-- key:   portion_id
-- why:   earned and payable are two ledgers: cash, full payment and hold-backs stand between them. What
--        is payable of a document on a day is what it has earned by then times the share that has come
--        in, rounded on the running total; so a credit note takes back only what had been released
with component as (
  select
    component.plan_id,
    component.plan_version,
    component.component_id,
    component.release_when,
    component.hold_pct,
    component.hold_months,
    case component.credit_event
      when 'signed' then 'contract'
      when 'invoiced' then 'invoice'
      when 'cash_received' then 'cash'
      when 'lead_accepted' then 'lead'
      else 'order'
    end as family_kind
  from policy.commission_component as component
),

earned as (
  select
    entry.line_id,
    entry.payee_id,
    entry.plan_id,
    entry.plan_version,
    entry.component_id,
    entry.family_id,
    component.family_kind,
    entry.credit_date,
    entry.amount,
    component.release_when,
    component.hold_pct,
    component.hold_months,
    -- gates, caps and pools belong to no document and wait for none
    component.release_when <> 'at_once'
    and entry.family_id is not null
    and component.family_kind in ('invoice', 'order', 'contract') as is_waiting
  from commission.earned as entry
  inner join component
    on
      entry.plan_id = component.plan_id
      and entry.plan_version = component.plan_version
      and entry.component_id = component.component_id
  where component.release_when <> 'at_once' or component.hold_pct > 0
),

moment as (
  select
    payee_id,
    plan_id,
    component_id,
    family_kind,
    family_id,
    credit_date as moved_date
  from earned
  where is_waiting
  union
  select
    family.payee_id,
    family.plan_id,
    family.component_id,
    family.family_kind,
    family.family_id,
    greatest(cash.moved_date, family.first_date) as moved_date
  from (
    select
      payee_id,
      plan_id,
      component_id,
      family_kind,
      family_id,
      min(credit_date) as first_date
    from earned
    where is_waiting
    group by payee_id, plan_id, component_id, family_kind, family_id
  ) as family
  inner join commission.document_cash as cash
    on family.family_kind = cash.family_kind and family.family_id = cash.family_id
),

earned_by_day as (
  select
    payee_id,
    plan_id,
    component_id,
    family_kind,
    family_id,
    credit_date,
    max(plan_version) as plan_version,
    max(release_when) as release_when,
    max(hold_pct) as hold_pct,
    max(hold_months) as hold_months,
    sum(amount) as amount
  from earned
  where is_waiting
  group by payee_id, plan_id, component_id, family_kind, family_id, credit_date
),

earned_so_far as (
  select
    moment.payee_id,
    moment.plan_id,
    moment.component_id,
    moment.family_kind,
    moment.family_id,
    moment.moved_date,
    max(day.plan_version) over so_far as plan_version,
    max(day.release_when) over so_far as release_when,
    max(day.hold_pct) over so_far as hold_pct,
    max(day.hold_months) over so_far as hold_months,
    sum(coalesce(day.amount, 0)) over so_far as earned
  from moment
  left join earned_by_day as day
    on
      moment.payee_id = day.payee_id
      and moment.plan_id = day.plan_id
      and moment.component_id = day.component_id
      and moment.family_kind = day.family_kind
      and moment.family_id = day.family_id
      and moment.moved_date = day.credit_date
  window so_far as (
    partition by
      moment.payee_id, moment.plan_id, moment.component_id, moment.family_kind, moment.family_id
    order by moment.moved_date
    rows between unbounded preceding and current row
  )
),

-- the cash that had come by each moment: the latest movement up to it
cash_by_then as (
  select
    earned_so_far.*,
    cash.cash_cents,
    cash.collectable_cents
  from earned_so_far
  left join commission.document_cash as cash
    on
      earned_so_far.family_kind = cash.family_kind
      and earned_so_far.family_id = cash.family_id
      and earned_so_far.moved_date >= cash.moved_date
  qualify row_number() over (
    partition by
      earned_so_far.payee_id, earned_so_far.plan_id, earned_so_far.component_id,
      earned_so_far.family_kind, earned_so_far.family_id, earned_so_far.moved_date
    order by cash.moved_date desc nulls last
  ) = 1
),

payable_so_far as (
  select
    cash_by_then.*,
    case
      when cash_by_then.cash_cents is null then cast(0 as hugeint)
      when cash_by_then.collectable_cents <= 0 or cash_by_then.cash_cents >= cash_by_then.collectable_cents
        then cast(round(cash_by_then.earned * 100, 0) as hugeint)
      when cash_by_then.release_when = 'paid_in_full' or cash_by_then.cash_cents <= 0 then cast(0 as hugeint)
      when cash_by_then.earned < 0
        then
          -(
            (
              2 * cast(round(-cash_by_then.earned * 100, 0) as hugeint) * cash_by_then.cash_cents
              + cash_by_then.collectable_cents
            )
            // (2 * cast(cash_by_then.collectable_cents as hugeint))
          )
      else
        (
          2 * cast(round(cash_by_then.earned * 100, 0) as hugeint) * cash_by_then.cash_cents
          + cash_by_then.collectable_cents
        )
        // (2 * cast(cash_by_then.collectable_cents as hugeint))
    end as payable_cents
  from cash_by_then
),

released as (
  select
    concat_ws(
      '|', 'cash', family_kind, family_id, payee_id, plan_id, component_id,
      cast(moved_date as varchar)
    ) as portion_id,
    payee_id,
    plan_id,
    plan_version,
    component_id,
    family_kind,
    family_id,
    moved_date,
    cast(
      cast(
        payable_cents - coalesce(lag(payable_cents) over (
          partition by payee_id, plan_id, component_id, family_kind, family_id order by moved_date
        ), 0) as decimal(20, 0)
      ) * cast(0.01 as decimal(3, 2)) as decimal(18, 4)
    ) as amount,
    hold_pct,
    hold_months,
    release_when
  from payable_so_far
  union all
  select
    line_id as portion_id,
    payee_id,
    plan_id,
    plan_version,
    component_id,
    'line' as family_kind,
    cast(null as varchar) as family_id,
    credit_date as moved_date,
    amount,
    hold_pct,
    hold_months,
    'at_once' as release_when
  from earned
  where not is_waiting
),

halved as (
  select
    released.*,
    -- eighteen digits are one machine word, which most amounts fit in
    cast(
      case
        when abs(released.amount) < 100000000 and released.hold_pct < 100
          then round(cast(released.amount as decimal(12, 4)) * cast(released.hold_pct as decimal(6, 4)), 0)
        else round(cast(released.amount as decimal(20, 4)) * released.hold_pct, 0)
      end * cast(0.01 as decimal(3, 2)) as decimal(18, 4)
    ) as hold_amount
  from released
  where released.amount <> 0
)

select
  portion_id,
  payee_id,
  plan_id,
  plan_version,
  component_id,
  family_kind,
  family_id,
  moved_date as release_date,
  case release_when when 'at_once' then 'released_at_once' else 'cash' end as cause,
  cast(amount - hold_amount as decimal(18, 4)) as amount,
  cast(moved_date + hold_months * interval 1 month as date) as hold_date,
  hold_amount
from halved
