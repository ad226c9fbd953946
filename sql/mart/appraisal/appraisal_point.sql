-- table: mart.appraisal_point
-- grain: one row per employee, period and source of points beside the weights
-- key:   employee_id, period, point_id
-- why:   bonus points by steps of a KPI, and the reward and fault slips of the period within what the
--        scheme allows; of several schemes in a period the last one's
with judged as (
  select
    measure.employee_id,
    measure.period,
    measure.scheme_id,
    measure.version,
    measure.part_id,
    measure.measure,
    measure.lower_is_better
  from core.appraisal_measure as measure
  inner join core.appraisal_stretch as stretch
    on
      measure.employee_id = stretch.employee_id
      and measure.period = stretch.period
      and measure.scheme_id = stretch.scheme_id
      and stretch.is_last
  where measure.part = 'bonus' and measure.measure is not null and measure.n >= measure.min_n
),

bonus as (
  select
    judged.employee_id,
    judged.period,
    judged.scheme_id,
    judged.part_id as point_id,
    max(judged.measure) as measure,
    arg_max(step.score, step.position) as points
  from judged
  inner join policy.appraisal_step as step
    on
      step.part = 'bonus'
      and judged.scheme_id = step.scheme_id
      and judged.version = step.version
      and judged.part_id = step.part_id
      and (
        step.edge is null
        or case
          when judged.lower_is_better then judged.measure <= step.edge
          else judged.measure >= step.edge
        end
      )
  group by judged.employee_id, judged.period, judged.scheme_id, judged.part_id
),

slip as (
  select
    stretch.employee_id,
    stretch.period,
    stretch.scheme_id,
    max(scheme.slips_most) as slips_most,
    max(scheme.slips_least) as slips_least,
    count(*) as slips,
    sum(case when slip.kind = 'fault' then -abs(slip.points) else abs(slip.points) end) as points
  from core.appraisal_stretch as stretch
  inner join policy.appraisal_scheme as scheme
    on
      stretch.scheme_id = scheme.scheme_id
      and stretch.version = scheme.version
      and scheme.slips_most is not null
  inner join staging.appraisal_slip as slip
    on
      stretch.employee_id = slip.employee_id
      and slip.slip_date between stretch.period_start and stretch.period_end
      and slip.approved_by <> slip.employee_id
  left join core.dim_employee as employee on stretch.employee_id = employee.employee_id
  where stretch.is_last and slip.approved_by <> coalesce(employee.name, '')
  group by stretch.employee_id, stretch.period, stretch.scheme_id
)

select
  employee_id,
  period,
  scheme_id,
  point_id,
  'bonus' as kind,
  measure,
  cast(points as decimal(9, 4)) as stated_points,
  cast(points as decimal(9, 4)) as points
from bonus
union all
select
  employee_id,
  period,
  scheme_id,
  'slips' as point_id,
  'slips' as kind,
  cast(slips as decimal(38, 8)) as measure,
  cast(points as decimal(9, 4)) as stated_points,
  cast(least(greatest(points, slips_least), slips_most) as decimal(9, 4)) as points
from slip
