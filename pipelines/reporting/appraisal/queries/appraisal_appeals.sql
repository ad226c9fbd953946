-- appeals of twelve months, the open ones first, those to be answered soonest before the others
select
  appeal.appeal_id,
  appeal.employee_id,
  appeal.period,
  part.label_zh,
  part.label_en,
  appeal.indicator,
  appeal.status,
  appeal.is_answer_overdue,
  appeal.is_raised_late,
  appeal.remark,
  appeal.reason,
  cast(appeal.opened_at as date) as opened,
  appeal.answer_by,
  cast(appeal.decided_at as date) as decided,
  appeal.decided_by,
  appeal.decision,
  appeal.decisions
from mart.appraisal_appeal as appeal
left join mart.appraisal_total as total
  on appeal.employee_id = total.employee_id and appeal.period = total.period
left join policy.appraisal_part as part
  on
    part.part = 'indicator'
    and total.scheme_id = part.scheme_id
    and total.version = part.version
    and appeal.indicator = part.part_id
where appeal.opened_at >= cast($as_of as date) - interval 12 month
order by appeal.status <> 'open' asc, appeal.answer_by asc, appeal.employee_id asc, appeal.appeal_id asc
