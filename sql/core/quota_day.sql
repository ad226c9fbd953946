-- table: core.quota_day
-- grain: one row per scope, measure and working day of a quota period
-- key:   scope_kind, scope_id, measure, quota_start, calendar_date
-- why:   a week or a running month has a target too: a quota is spread evenly over the working days
--        of its period, in cents that add up to it exactly
with quota as (
  select
    scope_kind,
    scope_id,
    measure,
    period_start,
    period_end,
    amount,
    _load,
    _line
  from staging.quota
),

numbered as (
  select
    quota.scope_kind,
    quota.scope_id,
    quota.measure,
    quota.period_start,
    quota.amount,
    calendar.calendar_date,
    row_number() over (
      partition by quota.scope_kind, quota.scope_id, quota.measure, quota.period_start
      order by calendar.calendar_date
    ) as day_no,
    count(*) over (
      partition by quota.scope_kind, quota.scope_id, quota.measure, quota.period_start
    ) as days
  from quota
  inner join core.calendar as calendar
    on calendar.calendar_date between quota.period_start and quota.period_end
  where calendar.is_working_day
),

cents as (
  select
    *,
    cast(round(amount * 100, 0) as bigint) as quota_cents
  from numbered
)

select
  case
    when cents.scope_kind = 'employee' then 'employee'
    else unit.kind
  end as scope_kind,
  cents.scope_id,
  cents.measure,
  cents.period_start as quota_start,
  cents.calendar_date,
  cast(
    (
      (cents.quota_cents * cents.day_no) // cents.days
      - (cents.quota_cents * (cents.day_no - 1)) // cents.days
    ) * cast(0.01 as decimal(3, 2)) as decimal(18, 4)
  ) as amount
from cents
left join core.dim_unit as unit
  on case when cents.scope_kind = 'unit' then cents.scope_id end = unit.unit_id
