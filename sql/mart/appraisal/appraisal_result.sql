-- table: mart.appraisal_result
-- grain: one row per employee and period
-- key:   employee_id, period
-- why:   what counts: of a closed period what was closed, word for word; of an open one what is computed,
--        with what is posted in it for closed ones
with closed_period as (
  select period from core.closed_appraisal_period
),

posted as (
  select
    employee_id,
    posted_period as period,
    sum(amount) as amount
  from mart.appraisal_adjustment
  group by employee_id, posted_period
)

select
  computed.employee_id,
  computed.period,
  computed.scheme_id,
  computed.version,
  computed.unit_id,
  computed.computed_score,
  computed.score,
  computed.band_grade,
  computed.gated_grade,
  computed.distribution_grade,
  computed.grade,
  computed.coefficient,
  computed.floating_salary,
  computed.floating_pay,
  computed.bonus,
  cast(coalesce(posted.amount, 0) as decimal(18, 4)) as adjustments,
  computed.rank,
  computed.flags,
  computed.red_lines,
  computed.held_for,
  computed.judged_weight,
  computed.active_days,
  false as is_closed
from mart.appraisal_computed as computed
left join closed_period on computed.period = closed_period.period
left join posted on computed.employee_id = posted.employee_id and computed.period = posted.period
where closed_period.period is null
union all
select
  employee_id,
  period,
  scheme_id,
  version,
  unit_id,
  computed_score,
  score,
  band_grade,
  gated_grade,
  distribution_grade,
  grade,
  coefficient,
  floating_salary,
  floating_pay,
  bonus,
  adjustments,
  rank,
  flags,
  red_lines,
  held_for,
  judged_weight,
  active_days,
  true as is_closed
from core.closed_appraisal
