-- table: core.fct_stage_outcome
-- grain: one row per decided opportunity and stage it entered before it was decided
-- key:   opportunity_id, stage_id
-- why:   what a deal was given as its probability when it entered a stage, against what became of it: the
--        share won of such deals in the four quarters before (core.stage_probability), else that of the
--        process, of its segment if it has one. A stage it skipped, or that says won or lost by itself,
--        gives none. Errors have four decimals, as every sum of mart.kpi_value has
with given as (
  select
    entry.opportunity_id,
    entry.stage_id,
    entry.segment,
    entry.entered_date,
    opportunity.owner_id,
    opportunity.closed_date,
    opportunity.is_won,
    coalesce(
      learnt.probability,
      cast(
        coalesce(difference.probability_pct, stage.probability_pct) * cast(0.01 as decimal(3, 2))
        as decimal(9, 6)
      )
    ) as probability,
    entry._load,
    entry._line
  from core.fct_stage_entry as entry
  inner join core.fct_opportunity as opportunity on entry.opportunity_id = opportunity.opportunity_id
  inner join policy.stage as stage on entry.stage_id = stage.stage_id and stage.object = 'opportunity'
  left join policy.stage_segment as difference
    on entry.stage_id = difference.stage_id and entry.segment = difference.segment
  left join core.stage_probability as learnt
    on
      cast(date_trunc('quarter', entry.entered_date) as date) = learnt.quarter_start
      and entry.segment = learnt.segment
      and entry.stage_id = learnt.stage_id
  where
    opportunity.is_decided
    and not entry.is_skipped
    and not entry.is_won_stage
    and opportunity.closed_date >= entry.entered_date
)

select
  opportunity_id,
  stage_id,
  segment,
  entered_date,
  owner_id,
  closed_date,
  is_won,
  probability,
  -- tenths from 0-10 to 90-100: a sure thing is in the last
  concat(
    cast(least(cast(floor(probability * 10) as integer), 9) * 10 as varchar), '-',
    cast(least(cast(floor(probability * 10) as integer), 9) * 10 + 10 as varchar)
  ) as probability_decile,
  cast(
    (probability - case when is_won then 1 else 0 end) * (probability - case when is_won then 1 else 0 end)
    as decimal(18, 4)
  ) as squared_error,
  _load,
  _line
from given
where probability is not null
