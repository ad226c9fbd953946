-- check:    payees_have_a_quota
-- guards:   mart.commission_statement
-- severity: warn
-- zh:       按完成率计提的收款人都有指标，或方案写明无指标时的比例
-- en:       whoever is paid by attainment has a quota, or the plan pays without one
-- effect_zh: 这些人没有指标，按方案不计提：提成可能偏低。
-- effect_en: Without a quota the plan pays these people nothing: commission may be too low.
-- asks:     sales_ops
-- why:      a quota that nobody entered earns nothing without a word; `without_quota_rate_pct` of the rate
--           says what is paid then
select
  position.payee_id,
  position.plan_id,
  position.component_id,
  position.quota_start,
  sum(position.credit_amount) as credited,
  concat(
    position.payee_id, ' has no quota of ', max(component.quota_measure), ' for the ',
    max(component.quota_period), ' from ', cast(position.quota_start as varchar), ', and plan ',
    position.plan_id, ' pays nothing without one (', position.component_id, ')'
  ) as problem
from commission.credit_position as position
inner join policy.commission_component as component
  on
    position.plan_id = component.plan_id
    and position.plan_version = component.plan_version
    and position.component_id = component.component_id
cross join commission.open_period as books
where
  position.rate_kind = 'tiers'
  and position.quota is null
  and component.rate_by = 'attainment'
  and coalesce(component.without_quota_rate_pct, 0) = 0
  and strftime(position.month_start, '%Y-%m') > books.last_period
group by position.payee_id, position.plan_id, position.component_id, position.quota_start
having sum(position.credit_amount) <> 0
