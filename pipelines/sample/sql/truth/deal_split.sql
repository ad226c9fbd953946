-- grain: one row per won deal, payee and kind
-- why:   about an eighth of the won deals are shared; percentages in hundredths add up to 10,000.
--        Beside them, pre-sales is named on a few new deals, and the customer's success manager on
--        every renewal and on a third of what the customer buys on top
with won as (
  select
    deal.deal_key,
    deal.deal_no,
    deal.owner_no,
    deal.team_no,
    deal.closed_at::date as closed_date,
    chance('split', deal.deal_key) as split_draw,
    chance('overlay', deal.deal_key) as overlay_draw
  from deal
  where
    deal.outcome = 'won' and not deal.is_renewal
    and (chance('split', deal.deal_key) < 0.125 or chance('overlay', deal.deal_key) < 0.025)
),

mate as (
  -- colleagues of the same team on that day, in a drawn order
  select
    won.deal_key,
    won.deal_no,
    won.split_draw,
    tenure.employee_no,
    row_number() over (
      partition by won.deal_key
      order by draw('mate', won.deal_key * 10000 + tenure.employee_no), tenure.employee_no
    ) as place
  from won
  inner join seat on won.team_no = seat.team_no
  inner join seat_tenure as tenure
    on
      seat.seat_no = tenure.seat_no
      and won.closed_date >= tenure.from_date
      and won.closed_date <= coalesce(tenure.to_date, date '9999-12-31')
      and won.owner_no <> tenure.employee_no
  where won.split_draw < 0.125
),

part as (
  select
    *,
    case
      when split_draw < 0.045 then [7000, 3000] when split_draw < 0.075 then [6000, 4000]
      when split_draw < 0.090 then [5000, 5000] when split_draw < 0.110 then [5000, 3000, 2000]
      else [3334, 3333, 3333]
    end as parts,
    max(place) over (partition by deal_key) as mates
  from mate
)

select
  deal_key,
  deal_no,
  employee_no,
  'split' as kind,
  parts[place + 1] as pct_hundredths
from part
where place < len(parts) and mates >= len(parts) - 1
union all
select distinct
  part.deal_key,
  part.deal_no,
  won.owner_no,
  'split' as kind,
  part.parts[1] as pct_hundredths
from part
inner join won on part.deal_key = won.deal_key
where part.mates >= len(part.parts) - 1
union all
select
  won.deal_key,
  won.deal_no,
  presales.employee_no,
  'overlay' as kind,
  10000 as pct_hundredths
from won
inner join (
  select
    employee_no,
    row_number() over (order by employee_no) - 1 as place,
    count(*) over () as places
  from employee
  where role = 'presales'
) as presales on presales.place = won.deal_key % presales.places
where won.overlay_draw < 0.025
union all
select
  kept.deal_key,
  kept.deal_no,
  manager.employee_no,
  'overlay' as kind,
  10000 as pct_hundredths
from (
  select
    deal_key,
    deal_no,
    customer_no,
    is_renewal,
    row_number() over (partition by customer_no order by closed_at, deal_key) as deals_won
  from deal
  where outcome = 'won'
) as kept
inner join (
  select
    employee_no,
    row_number() over (order by employee_no) - 1 as place,
    count(*) over () as places
  from employee
  where role = 'csm'
) as manager on manager.place = kept.customer_no % manager.places
where kept.is_renewal or (kept.deals_won > 1 and chance('success', kept.deal_key) < 0.33)
