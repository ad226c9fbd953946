-- check:    splits_add_up
-- guards:   staging.opportunity_split
-- severity: warn
-- zh:       每个商机的分成之和 = 100%
-- en:       the splits of each deal add up to exactly 100 %
-- effect_zh: 这些商机只计给负责人，合作人的业绩偏低。
-- effect_en: These deals are credited to their owner alone: the shares of the others are too low.
-- asks:     sales_ops
-- why:      a deal whose splits do not add up is credited to its owner alone until they do
select
  opportunity_id,
  sum(pct) as pct
from staging.opportunity_split
where kind = 'split'
group by opportunity_id
having sum(pct) <> 100
