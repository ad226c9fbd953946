-- grain: one row per unit and month
-- why:   budgets by head count
select
  assignment.unit_id,
  month.month_no,
  month.first_day as period_start,
  month.last_day as period_end,
  (
    count(*) * case max(assignment.role) when 'team_lead' then 4400 else 3700 end
    + 100 * roll('budget', month.month_no, 9)
  )::bigint * 100 as amount_cents
from assignment
inner join month
  on
    assignment.valid_from <= month.first_day
    and coalesce(assignment.valid_to, date '9999-12-31') >= month.last_day
where assignment.role in ('rep', 'team_lead', 'region_manager', 'presales', 'director')
group by assignment.unit_id, month.month_no, month.first_day, month.last_day
