-- grain: one row per customer
-- why:   customers belong to a territory and appear over time; they differ in size and in how they pay
with numbered as (
  select unnest(range(1, getvariable('teams') * 6 * getvariable('customers_per_seat') + 1))
    as customer_no
),

counted as (
  select
    customer_no,
    ((customer_no - 1) % (getvariable('teams') * 6) + 1)::int as seat_no,
    ((customer_no - 1) // (getvariable('teams') * 6))::int as place_no,
    getvariable('customers_per_seat')::int as places
  from numbered
),

drawn as (
  select
    *,
    roll('segment', customer_no, 100) as segment_draw,
    roll('pays', customer_no, 100) as pays_draw,
    -- the first 45 % of a territory's customers were there before the CRM
    case
      when place_no < places * 0.45
        then date '2019-01-07' + roll('known since', customer_no, 2100)::int
      else date '2024-11-01' + ((place_no * 1.0 / places - 0.45) / 0.55 * 740)::int
    end as created_date
  from counted
),

holder as (
  select
    seat.seat_no,
    team.region_no_2026 as region_no,
    coalesce(now.employee_no, later.employee_no, lead.employee_no)
      as owner_no
  from seat
  inner join team on seat.team_no = team.team_no
  inner join employee as lead on lead.role = 'team_lead' and seat.team_no = lead.team_no
  left join seat_tenure as now on seat.seat_no = now.seat_no and now.to_date is null
  left join seat_tenure as later on seat.neighbour_seat_no = later.seat_no and later.to_date is null
)

select
  drawn.customer_no,
  numbered('CUST-', drawn.customer_no) as customer_id,
  drawn.seat_no,
  drawn.place_no,
  holder.owner_no,
  region.name as region,
  pick('city', drawn.customer_no, region.cities)
  || pick('brand 1', drawn.customer_no, [
    '恒', '瑞', '鼎', '华', '信', '诚', '联', '创', '佳', '盛', '泰', '宏', '博', '锐', '卓', '凌'
  ])
  || pick('brand 2', drawn.customer_no, [
    '达', '科', '峰', '远', '力', '源', '邦', '美', '捷', '维', '腾', '铭', '通', '驰', '方', '洋'
  ])
  || pick('trade', drawn.customer_no, [
    '精密机械', '汽车零部件', '新能源', '包装设备', '食品机械', '电子', '纺织', '化工', '物流装备',
    '智能装备', '水务', '医药设备'
  ])
  || case when drawn.customer_no > 900 then '第' || (drawn.customer_no // 900)::varchar else '' end
  || '有限公司' as name,
  pick('industry', drawn.customer_no, [
    '汽车制造', '电子制造', '食品饮料', '新能源', '化工', '纺织', '物流仓储', '医药', '水务环保'
  ]) as industry,
  case
    when drawn.segment_draw < 8 then 'strategic'
    when drawn.segment_draw < 85 then 'sme'
    else 'channel'
  end as segment,
  case when drawn.segment_draw < 8 then 2.6 when drawn.segment_draw < 85 then 1.0 else 1.4 end
    as size_factor,
  case
    when drawn.segment_draw >= 85
      then 'PT-' || lpad((1 + roll('partner', drawn.customer_no, 12))::varchar, 2, '0')
  end
    as partner_id,
  case
    when drawn.place_no > 0 and chance('parent', drawn.customer_no) < 0.04
      then numbered('CUST-', drawn.seat_no)
  end as parent_customer_id,
  drawn.created_date,
  -- foreign customers are billed in their currency, without VAT
  case
    when chance('abroad', drawn.customer_no) < 0.025 then 'USD'
    when chance('abroad', drawn.customer_no) < 0.04 then 'EUR'
    else 'CNY'
  end as currency,
  case
    when drawn.pays_draw < 13 then 'early'
    when drawn.pays_draw < 58 then 'on_time'
    when drawn.pays_draw < 86 then 'late'
    when drawn.pays_draw < 96 then 'very_late'
    else 'rarely'
  end as pays,
  chance('batch', drawn.customer_no) < 0.2 as pays_in_batches,
  [30, 45, 45, 60, 60, 90][1 + roll('terms', drawn.customer_no, 6)] as credit_days,
  case when drawn.segment_draw < 8 then 3000000 when drawn.segment_draw < 85 then 600000 else 1200000 end
  + roll('limit', drawn.customer_no, 9) * 100000 as credit_limit,
  case
    when chance('scored', drawn.customer_no) < 0.85
      then greatest(15, least(
        98, 78 + (bell('health', drawn.customer_no) * 13)::int
        - case when drawn.pays_draw >= 95 then 25 when drawn.pays_draw >= 83 then 12 else 0 end
      ))
  end as health_score,
  case
    when drawn.pays_draw >= 97 and chance('flag', drawn.customer_no) < 0.5 then 'litigation'
    when drawn.pays_draw >= 92 and chance('flag', drawn.customer_no) < 0.4 then 'distressed'
  end as risk_flag
from drawn
inner join holder on drawn.seat_no = holder.seat_no
inner join region on holder.region_no = region.region_no
