-- table: mart.appraisal_appeal
-- grain: one row per appeal against an appraisal
-- key:   appeal_id
-- why:   who appeals against what, whether in time, until when it has to be answered, and what followed; an
--        open one keeps the period from being closed. An answer that the person gave themselves is none
with followed as (
  select
    appeal.appeal_id,
    count(*) as decisions
  from staging.appraisal_appeal as appeal
  inner join mart.appraisal_decision as decision
    on
      appeal.employee_id = decision.employee_id
      and appeal.period = decision.period
      and appeal.opened_at <= decision.decided_at
      and decision.is_applied
  group by appeal.appeal_id
),

raised as (
  select
    appeal.*,
    total.scheme_id,
    score.indicator as scored_indicator,
    coalesce(followed.decisions, 0) as decisions,
    parameter.as_of_date,
    cast(
      total.period_end + (scheme.announced_days + scheme.appeal_days) * interval 1 day as date
    ) as raise_by,
    coalesce(
      appeal.answer_by,
      cast(cast(appeal.opened_at as date) + coalesce(scheme.answer_days, 0) * interval 1 day as date)
    ) as answered_by,
    appeal.decided_at is not null and appeal.decided_at < parameter.as_of_end
    and coalesce(appeal.decided_by, '') not in (appeal.employee_id, coalesce(employee.name, ''))
      as is_answered,
    employee.name
  from staging.appraisal_appeal as appeal
  cross join core.parameter as parameter
  left join core.dim_employee as employee on appeal.employee_id = employee.employee_id
  left join mart.appraisal_total as total
    on appeal.employee_id = total.employee_id and appeal.period = total.period
  left join policy.appraisal_scheme as scheme
    on total.scheme_id = scheme.scheme_id and total.version = scheme.version
  left join mart.appraisal_score as score
    on
      total.employee_id = score.employee_id
      and total.period = score.period
      and total.scheme_id = score.scheme_id
      and appeal.indicator = score.indicator
  left join followed on appeal.appeal_id = followed.appeal_id
  where appeal.opened_at < parameter.as_of_end
)

select
  appeal_id,
  employee_id,
  period,
  scheme_id,
  indicator,
  case when is_answered then status else 'open' end as status,
  not (is_answered and status <> 'open') and answered_by < as_of_date as is_answer_overdue,
  cast(opened_at as date) > raise_by as is_raised_late,
  case
    when scheme_id is null then 'not_appraised'
    when indicator is not null and scored_indicator is null then 'no_such_indicator'
    when decided_by in (employee_id, name) then 'answered_by_oneself'
  end as remark,
  reason,
  opened_at,
  opened_by,
  raise_by,
  answered_by as answer_by,
  case when is_answered then decided_at end as decided_at,
  case when is_answered then decided_by end as decided_by,
  case when is_answered then decision end as decision,
  cast(decisions as bigint) as decisions,
  _load,
  _line
from raised
