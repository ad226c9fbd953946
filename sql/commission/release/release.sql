-- table: commission.release
-- kind:  view
-- grain: one row per part of an earned amount that becomes payable, now or later
-- key:   release_id
-- why:   each amount on the day on which it may be paid: a portion (commission.portion) without what is
--        held back of it, and that when its months are over. A line that waits for nothing is its own
--        source
with part as (
  select
    'now' as part,
    false as is_hold
  union all
  select
    'hold' as part,
    true as is_hold
)

select
  concat_ws('|', portion.portion_id, part.part) as release_id,
  portion.payee_id,
  portion.plan_id,
  portion.plan_version,
  portion.component_id,
  portion.family_kind,
  coalesce(portion.family_id, portion.portion_id) as family_id,
  case when part.is_hold then portion.hold_date else portion.release_date end as release_date,
  case when part.is_hold then portion.hold_amount else portion.amount end as amount,
  case when part.is_hold then 'hold_back' else portion.cause end as cause
from commission.portion as portion
cross join part
where case when part.is_hold then portion.hold_amount else portion.amount end <> 0
