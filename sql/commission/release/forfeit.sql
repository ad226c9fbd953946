-- table: commission.forfeit
-- grain: one row per payee who has left, plan component and day on which something is forfeited or
--        taken back of what had been released
-- key:   payee_id, plan_id, component_id, moved_date
-- why:   what was held on a leaver's last day is earned no more, and what is held after it neither; money
--        that goes back takes back what had been released up to that day, and never gives more. Nothing is
--        held of a leaver at the end of any day after
with entry as (
  select
    entry.line_id,
    entry.payee_id,
    entry.plan_id,
    entry.plan_version,
    entry.component_id,
    entry.credit_id,
    entry.credit_date,
    entry.amount,
    entry.reverses_line_id,
    forfeiting.leave_date
  from commission.earned as entry
  inner join commission.forfeiting as forfeiting
    on
      entry.payee_id = forfeiting.payee_id
      and entry.plan_id = forfeiting.plan_id
      and entry.plan_version = forfeiting.plan_version
  inner join policy.commission_component as component
    on
      entry.plan_id = component.plan_id
      and entry.plan_version = component.plan_version
      and entry.component_id = component.component_id
      and component.is_timed
),

-- a line that takes back belongs to the credit it takes back
origin as (
  select
    entry.line_id,
    coalesce(original.credit_id, entry.credit_id) as credit_id
  from entry
  left join entry as original on entry.reverses_line_id = original.line_id
),

released as (
  select
    release.payee_id,
    release.plan_id,
    release.plan_version,
    release.component_id,
    release.family_kind,
    coalesce(origin.credit_id, release.family_id) as family_id,
    forfeiting.leave_date,
    greatest(release.release_date, forfeiting.leave_date) as moved_date,
    release.amount
  from commission.release as release
  inner join commission.forfeiting as forfeiting
    on
      release.payee_id = forfeiting.payee_id
      and release.plan_id = forfeiting.plan_id
      and release.plan_version = forfeiting.plan_version
  cross join core.parameter as parameter
  left join origin
    on case when release.family_kind = 'line' then release.family_id end = origin.line_id
  where release.release_date <= parameter.as_of_date
),

by_day as (
  select
    payee_id,
    plan_id,
    component_id,
    family_kind,
    family_id,
    leave_date,
    moved_date,
    max(plan_version) as plan_version,
    sum(amount) as amount
  from released
  group by payee_id, plan_id, component_id, family_kind, family_id, leave_date, moved_date
),

running as (
  select
    by_day.*,
    sum(by_day.amount) over (
      partition by
        by_day.payee_id, by_day.plan_id, by_day.component_id, by_day.family_kind, by_day.family_id
      order by by_day.moved_date
      rows between unbounded preceding and current row
    ) as released_so_far,
    min(by_day.moved_date) over (
      partition by
        by_day.payee_id, by_day.plan_id, by_day.component_id, by_day.family_kind, by_day.family_id
    ) as first_date
  from by_day
),

-- of a document nothing of which had been released by the last day nothing is released later
kept as (
  select
    running.*,
    running.first_date = running.leave_date as is_begun,
    least(
      min(running.released_so_far) over (
        partition by
          running.payee_id, running.plan_id, running.component_id, running.family_kind, running.family_id
        order by running.moved_date
        rows between unbounded preceding and current row
      ),
      case when running.first_date = running.leave_date then running.released_so_far else 0 end
    ) as kept_so_far
  from running
),

taken_back as (
  select
    payee_id,
    plan_id,
    plan_version,
    component_id,
    moved_date,
    kept_so_far - coalesce(
      lag(kept_so_far) over (
        partition by payee_id, plan_id, component_id, family_kind, family_id order by moved_date
      ), case when is_begun then kept_so_far else 0 end
    ) as amount
  from kept
),

-- what came to be held on a day: earned less released, by the last day all of it
held as (
  select
    payee_id,
    plan_id,
    plan_version,
    component_id,
    greatest(credit_date, leave_date) as moved_date,
    amount as held,
    cast(0 as decimal(38, 4)) as taken_back
  from entry
  union all
  select
    payee_id,
    plan_id,
    plan_version,
    component_id,
    moved_date,
    -amount as held,
    cast(0 as decimal(38, 4)) as taken_back
  from released
  where moved_date = leave_date
  union all
  select
    payee_id,
    plan_id,
    plan_version,
    component_id,
    moved_date,
    -amount as held,
    amount as taken_back
  from taken_back
)

select
  payee_id,
  plan_id,
  cast(max(plan_version) as integer) as plan_version,
  component_id,
  moved_date,
  cast(sum(held) as decimal(18, 4)) as forfeited,
  cast(sum(taken_back) as decimal(18, 4)) as taken_back
from held
group by payee_id, plan_id, component_id, moved_date
having sum(held) <> 0 or sum(taken_back) <> 0
