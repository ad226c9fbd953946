-- what is earned and becomes payable on a known later day
select
  release.payee_id,
  release.release_date,
  release.family_id as source_id,
  component.label_zh,
  component.label_en,
  release.amount
from core.commission_release as release
cross join core.parameter as parameter
inner join policy.commission_component as component
  on
    release.plan_id = component.plan_id
    and release.plan_version = component.plan_version
    and release.component_id = component.component_id
where release.release_date > parameter.as_of_date
order by release.payee_id, release.release_date, release.release_id
