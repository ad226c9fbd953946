-- what is posted in the periods shown for people who have no result in them: they left, or changed to a role
-- that is judged otherwise, and are owed it, or owe it, all the same
with posted as (
  select
    employee_id,
    posted_period as period,
    scheme_id,
    amount
  from mart.appraisal_adjustment
  where amount <> 0
  union all
  select
    employee_id,
    period,
    scheme_id,
    amount
  from core.closed_appraisal_line
  where kind = 'adjustment'
),

scheme as (
  select
    scheme_id,
    max_by(label_zh, version) as label_zh,
    max_by(label_en, version) as label_en
  from policy.appraisal_scheme
  group by scheme_id
),

shown as (
  select distinct period
  from mart.appraisal_latest
)

select
  posted.employee_id,
  posted.period,
  scheme.label_zh,
  scheme.label_en,
  sum(posted.amount) as amount
from posted
inner join shown on posted.period = shown.period
left join scheme on posted.scheme_id = scheme.scheme_id
left join mart.appraisal_result as result
  on posted.employee_id = result.employee_id and posted.period = result.period
where result.employee_id is null
group by posted.employee_id, posted.period, scheme.label_zh, scheme.label_en
order by posted.period asc, posted.employee_id asc, scheme.label_en asc
