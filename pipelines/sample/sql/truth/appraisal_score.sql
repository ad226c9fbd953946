-- grain: one row per person of sales or service and month
-- why:   the manager's monthly score for work attitude
select
  assignment.employee_no,
  month.period,
  month.month_no,
  greatest(52, least(
    100, 84 + (7 * bell('attitude', assignment.employee_no))::int
    + (4 * bell('attitude month', assignment.employee_no * 100 + month.month_no))::int
  )) as score,
  assignment.manager_no,
  office_time(
    month.last_day + 2 + roll('rated', assignment.employee_no * 100 + month.month_no, 6)::int,
    'rated time', assignment.employee_no * 100 + month.month_no
  ) as rated_at
from assignment
inner join month
  on
    assignment.valid_from <= month.last_day
    and coalesce(assignment.valid_to, date '9999-12-31') >= month.last_day
where
  assignment.role in ('rep', 'team_lead', 'region_manager', 'sdr', 'presales', 'csm', 'service')
  and assignment.manager_no is not null
  and month.last_day + 10 <= getvariable('last_day')
