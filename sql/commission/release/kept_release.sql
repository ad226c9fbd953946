-- table: commission.kept_release
-- kind:  view
-- grain: one row per release that is paid to whom it belongs
-- key:   release_id
-- why:   nothing is released to those who lost what was held when they left (commission.forfeit says what
--        they lost); everything else of commission.release is theirs
select
  release.release_id,
  release.payee_id,
  release.plan_id,
  release.plan_version,
  release.component_id,
  release.family_kind,
  release.family_id,
  release.release_date,
  release.amount,
  release.cause
from commission.release as release
left join commission.forfeiting as forfeiting
  on
    release.payee_id = forfeiting.payee_id
    and release.plan_id = forfeiting.plan_id
    and release.plan_version = forfeiting.plan_version
where forfeiting.leave_date is null or release.release_date <= forfeiting.leave_date
