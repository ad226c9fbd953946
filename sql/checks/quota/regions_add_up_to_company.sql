-- check:    regions_add_up_to_company
-- guards:   mart.quota_attainment
-- severity: block
-- zh:       各区域合同额之和 = 公司合同额
-- en:       contract amounts of the regions add up to the company's
-- effect_zh: 有合同没有计入任何大区：大区数字偏低。
-- effect_en: Some contracts are in no region: the regions' figures are too low.
-- asks:     sales_ops
-- why:      a fact whose owner has no unit must still be counted somewhere
with region as (
  select
    period_kind,
    period_start,
    sum(contract_amount__num) as amount
  from kpi.contract
  where scope_kind = 'region'
  group by period_kind, period_start
),

company as (
  select
    period_kind,
    period_start,
    contract_amount__num as amount
  from kpi.contract
  where scope_kind = 'company'
)

select
  company.period_kind,
  company.period_start,
  company.amount as company_amount,
  region.amount as region_amount
from company
left join region
  on company.period_kind = region.period_kind and company.period_start = region.period_start
where coalesce(company.amount, 0) <> coalesce(region.amount, 0)
