-- grain: one row per person
-- why:   the whole cast: director, managers, leads, representatives, supporting teams
with initial as (
  select
    1 as rank_no,
    1 as order_no,
    'director' as role,
    null::int as seat_no,
    null::int as team_no,
    null::int as region_no,
    'C-01' as unit_id,
    null::date as leave_date
  union all by name
  select
    2 as rank_no,
    region_no as order_no,
    'region_manager' as role,
    region.region_no,
    region.unit_id
  from region
  union all by name
  select
    3 as rank_no,
    team_no as order_no,
    'team_lead' as role,
    team.team_no,
    team.region_no,
    team.unit_id
  from team
  union all by name
  select
    4 as rank_no,
    seat.seat_no as order_no,
    'rep' as role,
    seat.seat_no,
    seat.team_no,
    team.region_no,
    team.unit_id,
    seat.leave_date
  from seat
  inner join team on seat.team_no = team.team_no
  where seat.opened_date is null
),

support as (
  select
    5 as rank_no,
    kind.order_no * 1000 + copy.no as order_no,
    kind.role,
    null::int as seat_no,
    null::int as team_no,
    ((copy.no - 1) % 4 + 1)::int as region_no,
    kind.unit_id,
    null::date as joined_date,
    null::date as leave_date
  from (
    values
    (1, 'sdr', 'D-SDR', 4), (2, 'presales', 'D-PRE', 4), (3, 'csm', 'D-CSM', 4),
    (4, 'service', 'D-SVC', 3), (5, 'sales_ops', 'D-OPS', 2), (6, 'marketing', 'D-MKT', 2),
    (7, 'finance', 'D-FIN', 2), (8, 'hr', 'D-HR', 2)
  ) as kind (order_no, role, unit_id, size)
  inner join range(1, 641) as copy (no)
    on copy.no <= kind.size * greatest(1, getvariable('teams') // 16)
),

joiner as (
  select
    6 as rank_no,
    seat.seat_no as order_no,
    'rep' as role,
    seat.seat_no,
    seat.team_no,
    case
      when coalesce(seat.successor_date, seat.opened_date) < date '2026-01-01'
        then team.region_no
      else team.region_no_2026
    end as region_no,
    case
      when coalesce(seat.successor_date, seat.opened_date) < date '2026-01-01'
        then team.unit_id
      else team.unit_id_2026
    end as unit_id,
    coalesce(seat.successor_date, seat.opened_date) as joined_date,
    null::date as leave_date
  from seat
  inner join team on seat.team_no = team.team_no
  where coalesce(seat.successor_date, seat.opened_date) is not null
),

everyone as (
  from initial
  union all by name
  from support
  union all by name
  from joiner
),

numbered as (
  select
    *,
    row_number() over (order by rank_no, joined_date nulls first, order_no)::int as employee_no
  from everyone
)

select
  employee_no,
  employee_id(employee_no) as employee_id,
  pick('surname', employee_no, [
    '王', '李', '张', '刘', '陈', '杨', '赵', '黄', '周', '吴', '徐', '孙', '胡', '朱', '高', '林',
    '何', '郭', '马', '罗', '梁', '宋', '郑', '谢', '韩', '唐', '冯', '于', '董', '萧', '程', '曹'
  ]) || pick('given', employee_no, [
    '子轩', '雨桐', '浩然', '思远', '晓琳', '建国', '志强', '丽娜', '俊杰', '文博', '佳怡', '海燕',
    '明辉', '欣然', '伟', '静', '磊', '芳', '涛', '敏', '鹏', '婷', '超', '颖', '博文', '雅琪', '立群',
    '春晖', '嘉宁', '一鸣', '凯', '雪'
  ]) as name,
  role,
  seat_no,
  team_no,
  region_no,
  unit_id,
  coalesce(joined_date, date '2016-03-01' + roll('hired', employee_no, 3000)::int) as hire_date,
  joined_date,
  leave_date,
  -- what makes representatives differ: closing skill, care for the CRM, readiness to discount
  bell('skill', employee_no) as skill,
  0.35 + 0.65 * chance('care', employee_no) as care,
  chance('discount habit', employee_no) as discount_habit,
  0.8 + 0.5 * chance('pace', employee_no) as pace
from numbered
