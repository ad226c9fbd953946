-- results of each scheme's latest period, the best first, with the grade before
with graded as (
  select
    *,
    lag(grade) over (partition by employee_id, scheme_id order by period) as previous_grade,
    lag(score) over (partition by employee_id, scheme_id order by period) as previous_score,
    lag(period) over (partition by employee_id, scheme_id order by period) as previous_period
  from mart.appraisal_result
)

select
  graded.employee_id,
  graded.period,
  graded.scheme_id,
  graded.version,
  scheme.label_zh,
  scheme.label_en,
  cast(
    total.period_end + (scheme.announced_days + scheme.appeal_days) * interval 1 day as date
  ) as raise_by,
  scheme.answer_days,
  scheme.rounding,
  scheme.floating_pay as pay_by,
  graded.unit_id,
  -- the way to the grade as it is computed now, with what is closed beside it
  now.computed_score,
  now.score as score_now,
  now.band_grade,
  now.gated_grade,
  now.distribution_grade,
  now.grade as grade_now,
  graded.score,
  graded.grade,
  graded.coefficient,
  graded.floating_salary,
  graded.floating_pay,
  graded.bonus,
  graded.adjustments,
  graded.is_closed,
  closed.closed_at,
  closed.closed_by,
  closed.seal,
  graded.rank,
  standing.rank_from,
  standing.rank_to,
  graded.flags,
  graded.red_lines,
  graded.held_for,
  graded.judged_weight,
  graded.active_days,
  scheme.minimum_judged_weight,
  scheme.minimum_days,
  total.period_end,
  total.card_score,
  total.points,
  total.gate_points,
  total.score_at_most,
  total.stretches,
  total.region_id,
  total.team_id,
  manager.manager_id,
  graded.previous_grade,
  graded.previous_score,
  graded.previous_period
from graded
inner join
  mart.appraisal_latest as latest
  on graded.scheme_id = latest.scheme_id and graded.period = latest.period
inner join policy.appraisal_scheme as scheme
  on graded.scheme_id = scheme.scheme_id and graded.version = scheme.version
inner join mart.appraisal_total as total
  on graded.employee_id = total.employee_id and graded.period = total.period
left join core.appraisal_stretch as stretch
  on graded.employee_id = stretch.employee_id and graded.period = stretch.period and stretch.is_last
left join mart.appraisal_computed as now
  on graded.employee_id = now.employee_id and graded.period = now.period
left join mart.appraisal_standing as standing
  on graded.employee_id = standing.employee_id and graded.period = standing.period
left join core.closed_appraisal_period as closed on graded.period = closed.period
left join staging.assignment as manager
  on
    stretch.employee_id = manager.employee_id
    and stretch.last_day >= manager.valid_from
    and stretch.last_day <= coalesce(manager.valid_to, date '9999-12-31')
order by graded.scheme_id asc, graded.score desc nulls last, graded.employee_id asc
