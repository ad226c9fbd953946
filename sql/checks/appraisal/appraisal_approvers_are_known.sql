-- check:    appraisal_approvers_are_known
-- guards:   mart.appraisal_result
-- severity: warn
-- zh:       批准考核调整、奖励和过失单或答复申诉的人，都在员工名册中
-- en:       whoever approves an appraisal decision or slip, or answers an appeal, is an employee
-- effect_zh: 这些决定照常计入；由谁作出，名册中查不到。
-- effect_en: What they decided counts; who they are cannot be told from the list of employees.
-- asks:     hr
-- why:      a name that nobody bears, mistyped or made up, would stand under a decision about pay; a person
--           may be named by their number or their name
with decided as (
  select
    'decision' as kind,
    employee_id,
    period,
    approved_by as named,
    decided_at as at
  from staging.appraisal_override
  union all
  select
    'slip' as kind,
    employee_id,
    strftime(slip_date, '%Y-%m') as period,
    approved_by as named,
    cast(slip_date as timestamp) as at
  from staging.appraisal_slip
  union all
  select
    'answer' as kind,
    employee_id,
    period,
    decided_by as named,
    decided_at as at
  from staging.appraisal_appeal
  where status <> 'open'
),

known as (
  select employee_id as named
  from core.dim_employee
  union
  select name as named
  from core.dim_employee
  where name is not null
)

select
  decided.kind,
  decided.employee_id,
  decided.period,
  decided.named,
  concat(
    'the ', case decided.kind when 'answer' then 'answer to an appeal' else decided.kind end, ' about ',
    decided.employee_id, ' of ', decided.period, ' names ', decided.named,
    ', whom no list of employees has. Give an employee no. or name as the list writes it'
  ) as problem
from decided
cross join core.parameter as parameter
left join known on trim(decided.named) = known.named
where decided.at < parameter.as_of_end and decided.named is not null and known.named is null
