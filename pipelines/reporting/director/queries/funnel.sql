-- both views of the funnel for the company: the last complete quarter and the four before it
with quarter as (
  select
    period_start,
    period_end,
    row_number() over (order by period_start desc) as age
  from core.period
  where period_kind = 'quarter' and not is_current and period_end < $as_of
)

select
  funnel.mode,
  funnel.stage_id,
  funnel.stage_order,
  quarter.age,
  funnel.period_start,
  quarter.period_end,
  funnel.entered,
  funnel.advanced,
  funnel.lost,
  funnel.regressed,
  funnel.open,
  funnel.conversion,
  funnel.days_p50,
  funnel.days_p90,
  funnel.is_mature
from mart.funnel_stage as funnel
inner join quarter
  on funnel.period_start = quarter.period_start and quarter.age <= 5
where funnel.period_kind = 'quarter' and funnel.scope_kind = 'company'
order by funnel.mode, quarter.age, funnel.stage_order
