-- grain: one row per measure, region and quarter
-- why:   the plan of a quarter. Past quarters: the company's result over a chosen attainment, half by
--        region's result, half by its territories, so that regions differ. 2026-Q4: what was
--        achieved to date over the quota due by now and a chosen pace by region, but never far
--        from a normal quarter.
with goal (quarter_start, attainment_pct) as (
  values
  (date '2024-10-01', 97), (date '2025-01-01', 94), (date '2025-04-01', 103),
  (date '2025-07-01', 98), (date '2025-10-01', 104), (date '2026-01-01', 93),
  (date '2026-04-01', 101), (date '2026-07-01', 98)
),

measure (measure) as (
  values ('contract_amount'), ('sales_amount'), ('collections'), ('new_customers')
),

territory as (
  select
    team.region_no_2026 as region_no,
    sum(seat.potential) as potential,
    sum(sum(seat.potential)) over () as company_potential
  from seat
  inner join team on seat.team_no = team.team_no
  group by team.region_no_2026
),

company as (
  select
    measure,
    quarter_start,
    sum(actual_cents) as actual_cents
  from quota_actual
  group by measure, quarter_start
),

elapsed as (
  -- hundredths of a percent of the quarter's quota due by now: October whole (30 %, see
  -- quota_rep), November (31 %) by the working days gone
  select
    3000 + 3100 * count(*) filter (where day <= getvariable('last_day')) // count(*)
      as quota_gone
  from calendar
  where is_workday and day between date '2026-11-01' and date '2026-11-30'
),

past as (
  select
    measure.measure,
    territory.region_no,
    goal.quarter_start,
    (
      coalesce(own.actual_cents, 0)
      + coalesce(company.actual_cents, 0) * territory.potential
      // territory.company_potential
    ) * 50 // goal.attainment_pct as plan_cents
  from goal
  cross join measure
  cross join territory
  left join company
    on measure.measure = company.measure and goal.quarter_start = company.quarter_start
  left join quota_actual as own
    on
      measure.measure = own.measure
      and goal.quarter_start = own.quarter_start
      and territory.region_no = own.region_no
),

usual as (
  -- a normal quarter of the region: its last four, with a little growth
  select
    measure,
    region_no,
    sum(actual_cents) * 26 // 100 as usual_cents
  from quota_actual
  where quarter_start >= date '2025-10-01' and quarter_start < date '2026-10-01'
  group by measure, region_no
),

current_quarter as (
  select
    usual.measure,
    usual.region_no,
    date '2026-10-01' as quarter_start,
    least(usual.usual_cents * 125 // 100, greatest(
      usual.usual_cents * case usual.measure when 'new_customers' then 50 else 80 end // 100,
      coalesce(own.actual_cents, 0) * 1000000 // (
        elapsed.quota_gone
        * case usual.measure
          when 'contract_amount' then [71, 102, 106, 99][usual.region_no]
          when 'sales_amount' then [90, 99, 103, 98][usual.region_no]
          when 'collections' then [92, 97, 101, 104][usual.region_no]
          else [84, 100, 104, 96][usual.region_no]
        end
      )
    )) as plan_cents
  from usual
  cross join elapsed
  left join quota_actual as own
    on
      usual.measure = own.measure
      and usual.region_no = own.region_no
      and own.quarter_start = date '2026-10-01'
)

from past
union all
from current_quarter
