-- table: mart.appraisal_gate
-- grain: one row per employee, period and gate of the scheme
-- key:   employee_id, period, gate
-- why:   what must hold before a score counts in full; of several schemes in a period the last one's
select
  measure.employee_id,
  measure.period,
  measure.scheme_id,
  gate.gate,
  measure.position,
  measure.source,
  measure.actual,
  measure.n,
  gate.value_limit,
  measure.lower_is_better,
  measure.measure is not null and measure.n >= measure.min_n as is_known,
  coalesce(
    measure.n >= measure.min_n
    and case
      when measure.lower_is_better then measure.measure > gate.value_limit
      else measure.measure < gate.value_limit
    end,
    false
  ) as is_missed,
  gate.holds and (measure.measure is null or measure.n < measure.min_n) as is_holding,
  gate.score_at_most,
  gate.grade_at_best,
  gate.points
from core.appraisal_measure as measure
inner join core.appraisal_stretch as stretch
  on
    measure.employee_id = stretch.employee_id
    and measure.period = stretch.period
    and measure.scheme_id = stretch.scheme_id
    and stretch.is_last
inner join policy.appraisal_gate as gate
  on
    measure.scheme_id = gate.scheme_id
    and measure.version = gate.version
    and measure.part_id = gate.gate
where measure.part = 'gate'
