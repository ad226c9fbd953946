-- table: core.quota_day
-- grain: one row per scope, measure and day on which a quota is spread
-- key:   scope_kind, scope_id, measure, calendar_date
-- why:   a week or a running month has a target too: a quota is spread over the working days of its
--        period, by the seasons of policy/quotas.yaml, in cents that add up to it exactly. A person's
--        quota is prorated first: quota × active days ÷ days of its own period, the days of joining
--        and leaving counted, newcomers at the share of their ramp. It is spread over the active days.
--        Where quotas of one scope overlap (a year and its quarters), the shorter one rules the day
with calendar as (
  select
    calendar_date,
    is_working_day,
    extract(month from calendar_date) as month_of_year,
    extract(year from calendar_date) * 12 + extract(month from calendar_date) as month_index,
    extract(day from calendar_date) as day_of_month,
    sum(case when is_working_day then 1 else 0 end) over (partition by month_start) as month_days
  from core.calendar
),

-- days without a quota: leave of the kinds that policy names, and long leave of any kind
absence as (
  select distinct
    leave.employee_id,
    calendar.calendar_date
  from staging.leave as leave
  cross join core.parameter as parameter
  cross join policy.quota_proration as proration
  left join policy.quota_leave_kind as named on leave.kind = named.kind
  inner join calendar on calendar.calendar_date between leave.start_date and leave.end_date
  where
    leave.start_date <= parameter.as_of_date
    and (
      named.kind is not null
      or date_diff('day', leave.start_date, leave.end_date) + 1 >= proration.long_leave_days
    )
),

quota as (
  select
    quota.scope_kind,
    quota.scope_id,
    quota.measure,
    quota.period_start,
    quota.period_end,
    cast(round(quota.amount * 100, 0) as bigint) as given_cents,
    case when quota.scope_kind = 'employee' then 'employee' else unit.kind end as kind,
    case when quota.scope_kind = 'employee' then quota.scope_id end as employee_id
  from staging.quota as quota
  left join core.dim_unit as unit
    on case when quota.scope_kind = 'unit' then quota.scope_id end = unit.unit_id
),

day as (
  select
    quota.kind,
    quota.scope_id,
    quota.measure,
    quota.period_start,
    quota.period_end,
    quota.given_cents,
    calendar.calendar_date,
    calendar.is_working_day,
    -- 72201776446800 is a multiple of every number up to 31: a month's weight divides among its
    -- working days without a rest
    case
      when season.weight is null then cast(1 as bigint)
      else season.weight * (72201776446800 // greatest(calendar.month_days, 1))
    end as weight,
    -- hundredths of a percent of the day's quota that the person carries
    case
      when
        proration.is_enabled
        and (
          calendar.calendar_date < employee.hire_date
          or calendar.calendar_date > employee.leave_date
          or absence.employee_id is not null
        )
        then 0
      else cast(coalesce(ramp.share_pct, 100) * 100 as integer)
    end as carried,
    proration.by_working_days
  from quota
  inner join calendar on calendar.calendar_date between quota.period_start and quota.period_end
  cross join policy.quota_proration as proration
  left join policy.quota_season as season
    on quota.measure = season.measure and calendar.month_of_year = season.month_of_year
  left join core.dim_employee as employee on quota.employee_id = employee.employee_id
  left join absence
    on quota.employee_id = absence.employee_id and calendar.calendar_date = absence.calendar_date
  left join core.org_day as org
    on quota.employee_id = org.employee_id and calendar.calendar_date = org.calendar_date
  left join policy.quota_ramp as ramp
    on
      org.role = ramp.role
      -- whole months since joining; days before it, where they count, are the first month's
      and greatest(
        calendar.month_index
        - (extract(year from employee.hire_date) * 12 + extract(month from employee.hire_date))
        - case when calendar.day_of_month < extract(day from employee.hire_date) then 1 else 0 end,
        0
      ) + 1 = ramp.month_no
  where quota.kind is not null
),

-- a period without a working day is spread over all its days
placed as (
  select
    day.*,
    day.is_working_day or max(case when day.is_working_day then 1 else 0 end) over whole = 0 as is_spread,
    day.is_working_day
    or max(case when day.is_working_day and day.carried > 0 then 1 else 0 end) over whole = 0
      as is_carried
  from day
  window whole as (partition by day.kind, day.scope_id, day.measure, day.period_start)
),

weighed as (
  select
    placed.*,
    case when placed.by_working_days and not placed.is_spread then 0 else 1 end as counts,
    cast(case when placed.is_spread then placed.weight else 0 end as hugeint) as given_weight,
    cast(case when placed.is_carried then placed.weight else 0 end as hugeint) * placed.carried
      as carried_weight
  from placed
),

summed as (
  select
    weighed.*,
    sum(weighed.counts * weighed.carried) over whole as active,
    sum(weighed.counts * 10000) over whole as days,
    sum(weighed.given_weight) over upto as given_upto,
    sum(weighed.given_weight) over whole as given_all,
    sum(weighed.carried_weight) over upto as carried_upto,
    sum(weighed.carried_weight) over whole as carried_all
  from weighed
  window
    whole as (partition by weighed.kind, weighed.scope_id, weighed.measure, weighed.period_start),
    upto as (
      partition by weighed.kind, weighed.scope_id, weighed.measure, weighed.period_start
      order by weighed.calendar_date
      rows between unbounded preceding and current row
    )
),

prorated as (
  select
    summed.*,
    -- to the cent, half a cent up
    (2 * cast(summed.given_cents as hugeint) * summed.active + summed.days) // (2 * summed.days) as cents
  from summed
),

spread as (
  select
    kind as scope_kind,
    scope_id,
    measure,
    period_start,
    period_end,
    calendar_date,
    coalesce(
      (cents * carried_upto) // nullif(carried_all, 0)
      - (cents * (carried_upto - carried_weight)) // nullif(carried_all, 0),
      0
    ) as cents,
    (cast(given_cents as hugeint) * given_upto) // given_all
    - (cast(given_cents as hugeint) * (given_upto - given_weight)) // given_all as given_cents,
    row_number() over (
      partition by kind, scope_id, measure, calendar_date
      order by date_diff('day', period_start, period_end) asc, period_start desc
    ) as place
  from prorated
  where is_spread or (is_carried and carried > 0)
)

select
  scope_kind,
  scope_id,
  measure,
  period_start as quota_start,
  calendar_date,
  cast(cast(cents as decimal(20, 0)) * cast(0.01 as decimal(3, 2)) as decimal(18, 4)) as amount,
  cast(cast(given_cents as decimal(20, 0)) * cast(0.01 as decimal(3, 2)) as decimal(18, 4)) as given_amount
from spread
where place = 1
