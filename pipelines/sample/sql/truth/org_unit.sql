-- grain: one row per organisational unit
-- why:   company, regions, teams (the moved team as two units), supporting departments
with lead_of as (
  select
    team_no,
    employee_no
  from employee
  where role = 'team_lead'
),

promoted as (
  select
    seat.team_no,
    employee.employee_no
  from seat
  inner join employee on seat.seat_no = employee.seat_no and employee.role = 'rep'
  where seat.is_promoted
),

west_teams as (
  select count(*) as teams
  from team
  where region_no = 4
),

department (unit_id, name) as (
  values
  ('D-SDR', '线索开发部'), ('D-PRE', '售前支持部'), ('D-CSM', '客户成功部'), ('D-SVC', '客户服务部'),
  ('D-OPS', '销售运营部'), ('D-MKT', '市场部'), ('D-FIN', '财务部'), ('D-HR', '人力资源部')
)

select
  'C-01' as unit_id,
  '海岳工业科技' as name,
  'company' as kind,
  null as parent_unit_id,
  employee_no as leader_no
from employee
where role = 'director'
union all by name
select
  region.unit_id,
  region.name || '大区' as name,
  'region' as kind,
  'C-01' as parent_unit_id,
  employee.employee_no as leader_no
from region
inner join employee on employee.role = 'region_manager' and region.region_no = employee.region_no
union all by name
select
  team.unit_id,
  region.name || team.place_in_region::varchar || '组' as name,
  'team' as kind,
  region.unit_id as parent_unit_id,
  coalesce(promoted.employee_no, lead_of.employee_no) as leader_no
from team
inner join region on team.region_no = region.region_no
inner join lead_of on team.team_no = lead_of.team_no
left join promoted on team.team_no = promoted.team_no
union all by name
select
  team.unit_id_2026 as unit_id,
  region.name || (1 + west_teams.teams)::varchar || '组（原华北）' as name,
  'team' as kind,
  region.unit_id as parent_unit_id,
  lead_of.employee_no as leader_no
from team
inner join region on team.region_no_2026 = region.region_no
inner join lead_of on team.team_no = lead_of.team_no
cross join west_teams
where team.is_moved
union all by name
select
  department.unit_id,
  department.name,
  'team' as kind,
  'C-01' as parent_unit_id,
  min(employee.employee_no) as leader_no
from department
inner join employee on department.unit_id = employee.unit_id
group by department.unit_id, department.name
