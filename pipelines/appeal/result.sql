-- a person's appraisal of a period as it is computed now, step by step, with what is closed beside it
select
  now.employee_id,
  now.period,
  now.scheme_id,
  now.version,
  scheme.label_zh,
  scheme.label_en,
  total.card_score,
  total.points,
  total.gate_points,
  total.score_at_most,
  now.computed_score,
  now.score,
  now.band_grade,
  now.gated_grade,
  now.distribution_grade,
  now.grade,
  now.coefficient,
  now.floating_salary,
  now.floating_pay,
  now.bonus,
  now.rank,
  now.held_for,
  closed.employee_id is not null as is_closed,
  closed.floating_pay as closed_pay
from mart.appraisal_computed as now
inner join mart.appraisal_total as total
  on now.employee_id = total.employee_id and now.period = total.period
inner join policy.appraisal_scheme as scheme
  on now.scheme_id = scheme.scheme_id and now.version = scheme.version
left join core.closed_appraisal as closed
  on now.employee_id = closed.employee_id and now.period = closed.period
where now.employee_id = $1 and now.period = $2
