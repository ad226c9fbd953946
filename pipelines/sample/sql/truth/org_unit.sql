-- grain: one row per organisational unit
-- why:   company, regions, teams (the moved team as two units), supporting departments
with lead_of as (
    select team_no, employee_no from employee where role = 'team_lead'
),

promoted as (
    select seat.team_no, employee.employee_no
    from seat
    inner join employee on employee.seat_no = seat.seat_no and employee.role = 'rep'
    where seat.is_promoted
)

select 'C-01' as unit_id, '海岳工业科技' as name, 'company' as kind, null as parent_unit_id,
    (select employee_no from employee where role = 'director') as leader_no
union all
select region.unit_id, region.name || '大区', 'region', 'C-01', employee.employee_no
from region
inner join employee on employee.role = 'region_manager' and employee.region_no = region.region_no
union all
select
    team.unit_id,
    region.name || team.place_in_region::varchar || '组',
    'team',
    region.unit_id,
    coalesce(promoted.employee_no, lead_of.employee_no)
from team
inner join region on region.region_no = team.region_no
inner join lead_of on lead_of.team_no = team.team_no
left join promoted on promoted.team_no = team.team_no
union all
select
    team.unit_id_2026,
    region.name || (1 + (select count(*) from team as other where other.region_no = 4))::varchar
    || '组（原华北）',
    'team',
    region.unit_id,
    lead_of.employee_no
from team
inner join region on region.region_no = team.region_no_2026
inner join lead_of on lead_of.team_no = team.team_no
where team.is_moved
union all
select unit.unit_id, unit.name, 'team', 'C-01', min(employee.employee_no)
from (
    values
    ('D-SDR', '线索开发部'), ('D-PRE', '售前支持部'), ('D-CSM', '客户成功部'), ('D-SVC', '客户服务部'),
    ('D-OPS', '销售运营部'), ('D-MKT', '市场部'), ('D-FIN', '财务部'), ('D-HR', '人力资源部')
) as unit (unit_id, name)
inner join employee on employee.unit_id = unit.unit_id
group by unit.unit_id, unit.name
