-- cumulative wins and losses by day since creation, this year's deals and those of the year before
select
  cohort,
  day_no,
  at_risk,
  cumulative_won,
  cumulative_lost
from mart.win_curve
where scope_kind = 'company' and segment = '(all)'
order by cohort, day_no
