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
  credit.payee_id,
  credit.plan_id,
  credit.component_id,
  credit.quota_start,
  sum(credit.credit_amount) as credited,
  concat(
    credit.payee_id, ' has no quota of ', max(component.quota_measure), ' for the ',
    max(component.quota_period), ' from ', cast(credit.quota_start as varchar), ', and plan ',
    credit.plan_id, ' pays nothing without one (', credit.component_id, ')'
  ) as problem
from core.fct_credit as credit
inner join commission.account as account
  on
    credit.payee_id = account.payee_id
    and credit.plan_id = account.plan_id
    and credit.plan_version = account.plan_version
    and credit.component_id = account.component_id
    and credit.quota_start = account.quota_start
    and credit.counted_from = account.counted_from
inner join policy.commission_component as component
  on
    credit.plan_id = component.plan_id
    and credit.plan_version = component.plan_version
    and credit.component_id = component.component_id
    and component.rate_by = 'attainment'
    and coalesce(component.without_quota_rate_pct, 0) = 0
cross join commission.open_period as books
where
  credit.rate_kind = 'tiers'
  and account.quota is null
  and strftime(credit.month_start, '%Y-%m') > books.last_period
group by credit.payee_id, credit.plan_id, credit.component_id, credit.quota_start
having sum(credit.credit_amount) <> 0
