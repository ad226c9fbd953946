-- grain: one row per representative, measure and month
-- why:   the plan dealt out to people by territory, newcomers less, in whole thousands
with rep_month as (
  select
    tenure.employee_no,
    team.region_no_2026 as region_no,
    month.month_no,
    month.first_day,
    month.last_day,
    month.quarter_start,
    [30, 31, 39][1 + (month(month.first_day) - 1) % 3] as month_share,
    seat.potential * (90 + roll('stretch', tenure.employee_no * 100 + month.quarter_no, 21))
    * case
      when tenure.from_date = date '2024-11-01' then 100
      when month.first_day < tenure.from_date + 30 then 50
      when month.first_day < tenure.from_date + 60 then 75
      else 100
    end // 100 as weight
  from seat_tenure as tenure
  inner join seat on tenure.seat_no = seat.seat_no
  inner join team on seat.team_no = team.team_no
  inner join month
    on
      tenure.from_date <= month.last_day
      and coalesce(tenure.to_date, date '9999-12-31') >= month.first_day
),

weighed as (
  select
    *,
    sum(weight) over (partition by region_no, month_no) as region_weight,
    -- the first quarter of the data has two months
    case when quarter_start = date '2024-10-01' then 70 else 100 end as share_all
  from rep_month
),

money as (
  select
    weighed.employee_no,
    plan.measure,
    weighed.first_day,
    weighed.last_day,
    plan.plan_cents * weighed.month_share * weighed.weight
    // (weighed.share_all * weighed.region_weight) as exact_cents
  from weighed
  inner join quota_plan as plan
    on weighed.region_no = plan.region_no and weighed.quarter_start = plan.quarter_start
)

select
  employee_no,
  measure,
  first_day,
  last_day,
  (case measure
    -- tenths of a customer
    when 'new_customers' then 10 * greatest(1, share_of(exact_cents::bigint, 1, 10))
    -- whole thousands net, so that gross and net both come out even
    when 'collections' then 113000 * greatest(1, share_of(exact_cents::bigint, 1, 113000))
    else 100000 * greatest(1, share_of(exact_cents::bigint, 1, 100000))
  end)::bigint as amount_cents
from money
union all
select
  employee_no,
  'collections_net' as measure,
  first_day,
  last_day,
  (100000 * greatest(1, share_of(exact_cents::bigint, 1, 113000)))::bigint
from money
where measure = 'collections'
