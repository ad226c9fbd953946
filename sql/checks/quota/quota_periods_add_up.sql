-- check:    quota_periods_add_up
-- guards:   core.quota_day
-- severity: warn
-- zh:       同一对象的短期目标之和 = 包含它们的长期目标
-- en:       the quotas of a scope's months and quarters add up to its quota of the longer period
-- effect_zh: 按较短期间的指标计；较长期间的完成率可能与合计不符。
-- effect_en: The shorter quotas count; attainment of the longer period may differ from what was agreed.
-- asks:     sales_ops
-- why:      where periods overlap the shorter quota rules its days, so that nothing counts twice; if
--           it does not fit, the longer period has another quota than was written for it
with quota as (
  select
    quota.scope_kind,
    quota.scope_id,
    quota.measure,
    quota.period_start,
    quota.period_end,
    quota.amount,
    load.file,
    quota._line
  from staging.quota as quota
  left join mart.load as load on quota._load = load.load_id
),

part as (
  select
    whole.scope_kind,
    whole.scope_id,
    whole.measure,
    whole.period_start,
    whole.period_end,
    whole.amount,
    whole.file,
    whole._line,
    quota.amount as part_amount,
    quota.period_start as part_start,
    quota.period_end as part_end,
    -- quarters hide the months that lie in them
    max(quota.period_end) over (
      partition by whole.scope_kind, whole.scope_id, whole.measure, whole.period_start
      order by quota.period_start asc, quota.period_end desc
      rows between unbounded preceding and 1 preceding
    ) as covered_to
  from quota as whole
  inner join quota
    on
      whole.scope_kind = quota.scope_kind
      and whole.scope_id = quota.scope_id
      and whole.measure = quota.measure
      and whole.period_start <= quota.period_end
      and whole.period_end >= quota.period_start
      and date_diff('day', whole.period_start, whole.period_end)
      > date_diff('day', quota.period_start, quota.period_end)
),

summed as (
  select
    scope_kind,
    scope_id,
    measure,
    period_start,
    amount,
    file,
    _line,
    sum(part_amount) as part_amount
  from part
  where covered_to is null or part_end > covered_to
  group by scope_kind, scope_id, measure, period_start, amount, file, _line
)

select
  file,
  _line as line,
  scope_kind,
  scope_id,
  measure,
  period_start,
  amount as quota,
  part_amount as sum_of_parts,
  'the ' || measure || ' of ' || scope_id || ' from ' || cast(period_start as varchar) || ' is '
  || cast(cast(amount as decimal(18, 2)) as varchar) || ', the shorter quotas in it are '
  || cast(cast(part_amount as decimal(18, 2)) as varchar) as problem
from summed
where part_amount <> amount
