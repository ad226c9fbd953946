-- grades and floating pay of the last appraised periods of each scheme
select
  scheme_id,
  period,
  grade,
  count(*) as people,
  sum(floating_pay) as floating_pay,
  sum(floating_salary) as floating_salary
from mart.appraisal_result
where period >= strftime(cast($month_start as date) - interval 14 month, '%Y-%m')
group by scheme_id, period, grade
order by scheme_id, period, grade
